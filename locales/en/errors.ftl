# Field errors: error-<code>; names of fields: field-<field>

error-word = Error:
error-summary-title = { $count ->
    [one] One thing needs correcting
   *[other] { $count } things need correcting
}
error-with-label = { $label }: { $message }
error-with-row = Row { $row }: { $message }

error-required = please fill this in
error-too-long = must not be longer than { $max } characters
error-not-a-number = must be a number
error-not-whole = must be a whole number
error-not-a-date = must be a date, for example 2026-11-21
error-not-an-id = is not an identifier
error-unknown-choice = must be one of: { $allowed }
error-out-of-range = must be between { $min } and { $max }
error-unknown-field = there is no such field
error-not-text = must be text
error-not-a-list = must be a list
error-duplicate-in-file = repeats row { $row }
error-numeric-identity = the number must be a text cell; a numeric cell loses its last digits. Please fill in the template again
error-unknown-heading = this heading is not known; use those of the template
error-missing-heading = this column is missing; use the template
error-unknown-area = there is no such area code
error-date-order = the end must not be before the beginning
error-future-date = must not be later than today
error-identity-length = a resident identity number has 18 characters
error-identity-checksum = the check character does not fit; compare each digit
error-identity-region = the first two digits are no region
error-identity-birth-date = the birth date in it is not valid
error-passport-form = a passport number has 5 to 15 letters and digits
error-hk-macao-permit-form = must be H or M and 8 or 10 digits
error-taiwan-permit-form = must be 8 digits
error-credit-code-form = a unified social credit code has 18 characters, without I, O, S, V or Z
error-credit-code-checksum = the check character of the credit code does not fit
error-area-code-form = an area code has 2, 4, 6, 9 or 12 digits
error-body-code-form = a body code is S or Y and 12 digits
error-certificate-number-form = a certificate number has 4 to 40 letters, digits, hyphens or brackets
error-serial-exhausted = this year’s numbers of this level are used up
error-calendar-missing = the holidays of { $year } have not been entered

field-username = User name
field-password = Password
field-otp = One-time code
field-name = Name
field-full_name = Full name
field-document_kind = Kind of document
field-document_number = Document number
field-id_last4 = Last four of the identity number
field-gender = Gender
field-education = Education
field-birth_date = Date of birth
field-phone = Mobile phone
field-area = Home area
field-level = Level
field-occupation = Occupation
field-specialty = Specialty
field-score = Score
field-certificate_number = Certificate number
field-number = Number
field-issuer = Issuer
field-issued_on = Date of issue
field-expires_on = Valid until
field-on = As of
field-from = From
field-to = Until
field-basis = Population
field-reason = Reason
field-photo = Photo or PDF
field-content = Content of the QR code
field-file = File
field-credit_code = Unified social credit code

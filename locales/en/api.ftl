# Words of the API and of forms: problems, conflicts, field errors.
problem-malformed = The request cannot be read
problem-malformed-text = Check the form of what was sent and send it again.
problem-wrong-credentials = User name or password wrong
problem-wrong-credentials-text = Check both and try again; ask your administrator if you have forgotten the password.
problem-not-yet = Not ready yet
problem-not-yet-text = Please fetch it a little later.

malformed-json = The body is not valid JSON.
malformed-json-object = The body has to be one JSON object.
malformed-body = The body did not arrive whole.
malformed-multipart = The uploaded form is incomplete.
malformed-request = The request is incomplete.
malformed-idempotency-key = An Idempotency-Key has 1 to 200 characters.
conflict-two-at-once = Somebody else entered the same thing at this moment. Nothing was done; look again.
conflict-idempotency-race = The same request is under way; repeat it with the same Idempotency-Key in a moment.
conflict-idempotency-key = This Idempotency-Key was used for a request with another content.

error-control-character = contains invisible control characters
error-not-an-object = each item of the list has to be an object
error-too-many = at most { $max } items
error-age-order = the upper age is below the lower one
error-already-registered = is registered already
error-required-for-role = is required for the role “{ $role }”
error-unknown-organisation = there is no such organisation
error-not-for-this-role = the organisation is of another kind than the role “{ $role }” acts for
error-password-too-short = a password has at least 10 characters
error-not-a-duration = has to be an ISO 8601 duration such as P7D
error-not-accredited = the organisation is not accredited for this occupation and level
error-not-accredited-on-that-day = the accreditation does not cover that day
error-accreditation-halted = the accreditation is suspended or withdrawn
error-wrong-credentials = user name or password wrong
error-not-for-this-kind = does not apply to this kind of organisation
error-sheet-empty = the sheet has no rows
error-sheet-unreadable = is neither an .xlsx workbook nor a CSV text
error-sheet-encrypted = is protected by a password; remove it and upload again
error-sheet-old-format = is an old .xls workbook; save it as .xlsx
error-sheet-too-many-rows = at most { $most } rows
error-sheet-too-large = unpacks to too much
error-repeated-heading = the heading of column { $column } stands twice
error-formula-error = a formula in column { $column } has an error

home-title = Home
login-page-title = Sign in
shortcut-lookup = Look up by number

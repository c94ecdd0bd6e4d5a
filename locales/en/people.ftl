# People

error-registered-under-another-name = This document is registered under another name; check the name and the number
error-contradicts-document = Does not agree with the identity card number
error-name-form = Enter the name only, without digits or symbols
error-phone-form = Enter a mobile number, or a fixed line with its area code, for example 0573-87221234
error-email-form = This is not an e-mail address
error-birth-date-too-early = The date of birth is too early; check it
error-bureau-only = A change of name is entered by the civil affairs bureau

field-email = E-mail
field-home_area = Place of residence

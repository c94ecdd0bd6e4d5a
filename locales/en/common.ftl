# Shared by all pages: names, navigation, buttons, states

product-name = Huzheng
product-what = Register of elderly-care workers
skip-to-content = Skip to content
nav-label = Main
nav-menu = Menu
nav-home = Home
nav-training = Training and exams
nav-credentials = Certificates
nav-subsidies = Subsidies
nav-merit = Talent and credit
nav-places = Organisations and towns
nav-classes = Classes
nav-people = Trainees
nav-exams = Exams
nav-certificates = Certificates
nav-staff = Staff
nav-overview = Overview
nav-organisations = Organisations
nav-areas = Towns
nav-targets = Targets
nav-audit = Audit trail
nav-accounts = Accounts
nav-mine = My certificate
nav-first-aid = First aid
nav-recorded = Other certificates
nav-lookup = Look up a number
nav-scan = Scan a certificate
nav-help = Help
sign-out = Sign out
go-home = Go to the home page
footer-keys = Public keys and trust list
footer-line = Huzheng · the register of trained and certified elderly-care workers
large-on = Larger text
large-off = Standard text
language-zh-CN = 中文
language-en = English
crumbs-label = Where you are
pages-label = Pages
page-previous = Previous
page-next = Next
step-done = Done:
confirmation-reference = Reference

button-save = Save
button-cancel = Cancel
button-confirm = Confirm
button-continue = Continue
button-back = Back
button-edit = Change
button-remove = Remove
button-search = Search
button-upload = Upload
button-download = Download
button-submit = Submit

export-xlsx = Export to Excel
export-pdf = Export to PDF
cannot-be-computed = Cannot be computed
yes = Yes
no = No
optional = optional

urgency-overdue = Overdue
urgency-soon = Due soon

# Sign in
login-welcome = Huzheng
login-lead = From the training room to the bedside: one record for each carer, one code for each certificate.
login-scan = Scan a certificate
login-lookup = Look up a number
login-title = Staff sign-in
login-otp-hint = The 6 digits that your authenticator shows
login-button = Sign in
login-help = If you have forgotten your password, ask your organisation’s administrator. Checking a certificate needs no account.

# Start page
home-greeting = Hello, { $name }
home-tasks = To do
home-shortcuts = Shortcuts
home-nothing = Nothing to do
home-nothing-text = What needs your attention will appear here.

# Help
help-title = Help
help-lead = How to check a certificate, and what the answer means.
help-verify-title = How to check
help-verify-1 = Scan the QR code on the certificate with a phone camera or WeChat, or type the certificate number and the full name.
help-verify-2 = See that the page’s address is that of this register before you read the answer.
help-verify-3 = Ask for the person’s identity card and compare name and photo; if in doubt, check the name and the last four characters of the number.
help-states-title = What the answers mean
help-verdict-valid = Issued by this register and valid now. Still match it to the person.
help-verdict-expired = Genuine, but past its date.
help-verdict-suspended = Not to be used for the time being. Ask the issuer.
help-verdict-revoked = Withdrawn by the issuer. It proves nothing any more.
help-verdict-replaced = The holder has a new certificate, and that one counts.
help-verdict-not_found = There is no certificate with this number; often a slip in typing.
help-verdict-forged = Content and signature do not agree: not issued here. Do not rely on it, and tell us if you can.
help-verdict-recorded = Issued elsewhere and only recorded here. Check it in the national query.
help-verdict-status_unknown = The signature is genuine, but there is no fresh status. Check again on line.
help-verdict-cannot_check = Network or device could not finish the check. That says nothing about the certificate.
help-privacy-title = Personal data
help-privacy-text = A public check shows the masked name and what the certificate says: no identity number, telephone, address or photo. The QR code holds no identity number.
help-contact-title = Contact
help-contact-text = Please contact the issuer or the local civil affairs office in working hours.

# Problem page
problem-request = Request:
problem-invalid-input = Something needs correcting
problem-invalid-input-text = Please correct what is marked and send it again. Nothing was saved.
problem-not-signed-in = Please sign in
problem-not-signed-in-text = You are not signed in, or your session has ended.
problem-not-allowed = You may not do this
problem-not-allowed-text = If you need to, ask your organisation’s administrator.
problem-not-found = Not found
problem-not-found-text = The address may be wrong, or it is not within what you may see.
problem-conflict = This conflicts with existing data
problem-conflict-text = It does not agree with what the register holds. Nothing was saved.
problem-stale = Somebody else has changed this
problem-stale-text = Reload the page, read the latest content, then try again.
problem-precondition-required = The version is missing
problem-precondition-required-text = A change must name the version it is based on (If-Match).
problem-too-many-requests = Too many requests
problem-too-many-requests-text = Please wait a little and try again.
problem-unsupported-media-type = This format is not supported
problem-unsupported-media-type-text = Please use the file or data format that the page names.
problem-too-large = Too large
problem-too-large-text = Please make the file smaller and upload it again.
problem-method-not-allowed = This is not possible here
problem-method-not-allowed-text = This address does not accept such a request.
problem-internal = Something went wrong
problem-internal-text = Nothing was saved. Please try again later; if it persists, give the request number to the administrator.

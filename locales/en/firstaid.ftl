# First-aid certificates

first-aid-title = First-aid certificates
first-aid-lead = Rescuer and CPR certificates from the Red Cross and others, recorded by the issuer, the employer or the bureau.
first-aid-record-issue = Issue the record
first-aid-record = Record issued
first-aid-new-title = Record a first-aid certificate
first-aid-all = All
first-aid-expiring = Ending within 90 days
first-aid-none = No first-aid certificates
first-aid-none-text = Record them one by one or in bulk with a spreadsheet.
first-aid-document-hint = Who is registered is found by document and name; others are registered now
first-aid-number-hint = As it stands on the certificate
first-aid-expires-hint = Left empty, it follows from the local period of validity
first-aid-kind-rescuer = Rescuer
first-aid-kind-cpr-aed = CPR and AED
first-aid-state-not-yet = Not yet issued
first-aid-state-withdrawn = Withdrawn
field-kind = Kind
col-state = State
col-action = Action
button-withdraw = Withdraw
done-first-aid-recorded = The first-aid certificate is recorded
done-withdrawn = Withdrawn
done-imported = Everything is imported
error-not-own-issuer = only your own certificates can be recorded
error-not-own-staff = not employed by your organisation
conflict-already-withdrawn = It is withdrawn already

# Imports
import-first-aid-title = Record first-aid certificates in bulk
import-first-aid-lead = Download the template, fill it in and upload it.
import-recorded-title = Record certificates from elsewhere in bulk
import-recorded-lead = Download the template, fill it in and upload it. Every certificate names who checked it.
import-population-title = Enter elder populations in bulk
import-population-lead = Download the template, fill it in and upload it.
import-file-hint = .xlsx or CSV, at most 5,000 rows
import-template = Download the template
import-all-or-none = If one row is wrong, nothing of the file is imported. Correct it and upload it again.

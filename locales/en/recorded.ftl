# Certificates from elsewhere

recorded-title = Certificates from elsewhere
recorded-lead = Skill certificates that another body or an older system issued: checked, then recorded. They count in figures and for conditions, and are never signed as ours.
recorded-new-title = Record a certificate from elsewhere
recorded-none = No certificates from elsewhere
recorded-none-text = Record one here after checking the original or a proof.
recorded-number-hint = As it stands on the certificate
recorded-expires-hint = Leave empty where it does not expire
recorded-evidence-hint = What was checked, such as the original or a letter of the issuer
recorded-withdrawn = Withdrawn
national-query-not-asked = Not asked
national-query-found = Found
national-query-not-found = Not found
field-checker = Checked by
field-checked_on = Checked on
field-national_query = National query
field-queried_on = Queried on
done-recorded-recorded = The certificate is recorded
error-checked-before-issue = must not lie before the issue
error-query-not-asked = leave empty where no query was made

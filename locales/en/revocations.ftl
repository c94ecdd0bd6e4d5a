# Bulk revocation

revocations-title = Bulk revocation
revocations-lead = Ends every certificate that an assessment body issued in a period. First see how many, then ask; where the rules want two persons, another one confirms it.
revocations-new = A new revocation
revocations-choose = Choose
revocations-to-hint = This day included. One that was issued in the period and replaced later stands on as its replacement: let the period run to today, or revoke that one by itself.
revocations-preview = See how many
revocations-made = Asked for and done
revocations-none = No bulk revocation yet
revocations-count = Certificates
revocations-back = Back to bulk revocations
revocation-title = Bulk revocation
revocation-facts = What it covers
revocation-waits = { $by } has asked for this. It takes effect when another person of the bureau confirms it.
revocation-second = Confirmed by
revocation-open = Certificates that it would revoke
revocation-ended = Revoked or replaced before, left as they are
revocation-revoked = Certificates revoked
revocation-left = Revoked or replaced before, left as they were
revocation-warning = { $count ->
    [one] One certificate will read “revoked”, for ever.
   *[other] { $count } certificates will read “revoked”, for ever.
} Their holders, and institutions that have them on file, are told.
revocation-ask = Ask for the revocation
revocation-confirm = Confirm the revocation
done-revocation-asked = The request is noted and waits for another person of the bureau.
done-revocation-done = The certificates are revoked.
field-body_id = Assessment body
field-issued_from = Issued from
field-issued_to = Issued until
error-unknown-body = There is no such assessment body in your area
task-bulk-revocation = A bulk revocation needs a second person
task-bulk-revocation-detail = A colleague has asked for it; check its extent and confirm

# Staff, employment, earlier service

post-kind-regular = Regular
post-kind-public-welfare = Public-welfare post
post-kind-dispatch = Agency
post-kind-part-time = Part-time
leaving-reason-resigned = Resigned
leaving-reason-contract-ended = Contract ended
leaving-reason-dismissed = Dismissed
leaving-reason-transferred = Transferred
leaving-reason-retired = Retired
leaving-reason-deceased = Deceased
leaving-reason-other = Other
declared-status-waiting = To be checked
declared-status-accepted = Accepted
declared-status-refused = Refused

field-position = Position
field-post_kind = Employment type
field-from_date = Joined on
field-to_date = Last day
field-leaving_reason = Reason for leaving
field-employer = Employer
field-evidence = Evidence
field-organisation_id = Organisation
field-person_id = Person

error-under-working-age = The person was not yet 16 then; check the date
error-overlapping-employment = { $institution ->
    [other] This overlaps with employment elsewhere { $to ->
        [open] since { $from }
       *[past] from { $from } to { $to }
    }; ask that employer to record the leaving, or check the date
   *[own] This overlaps with employment at { $institution } { $to ->
        [open] since { $from }
       *[past] from { $from } to { $to }
    }
}
error-rows-refused = Errors found: { $count }. No row was imported; correct the file as listed below and upload it again

conflict-already-left = This person has left already.
conflict-not-an-institution = Only care institutions record staff.
conflict-institution-closed = This institution is closed and takes no more staff.
conflict-already-checked = This service has been decided on already.
conflict-same-person = Whoever declared service cannot check it; another person has to.

done-staff-joined = Recorded as joined.
done-staff-left = Recorded as left.
done-staff-imported = The whole list has been imported.

staff-title = Staff
staff-count = { $date }: { $count } employed, { $caregivers } of them as caregivers
staff-show = Show
staff-birth-year = Year of birth
staff-action = Action
staff-none = Nobody is employed
staff-none-text = Record people one by one, or import a list.
staff-join-button = Record joining
staff-join-title = Record somebody who joins
staff-join-lead = People are found by their document; nobody is registered twice.
staff-name-hint = As in the identity document
staff-more = More details
staff-more-hint = Gender and date of birth follow from an identity card number; other documents need both.
staff-unstated = Not stated
staff-leave-link = Leave
staff-leave-title = Record leaving
staff-leave-who = { $name }, { $position }, joined on { $date }
staff-leave-hint = The last day of work, not after today
staff-leave-button = Confirm leaving
staff-import-title = Import staff
staff-import-button = Import
staff-import-lead = The list is imported as a whole: one error, and no row is. Every error is listed.
staff-import-template = Download the template
staff-import-hint = .xlsx or CSV, at most 5,000 rows
staff-import-check = Only check
staff-import-checked = Nothing is wrong: { $rows } rows, { $registered } of them people registered for the first time. Nothing has been imported yet.
staff-import-report = What was found
staff-import-error = Error
staff-import-times = Times
staff-import-rows = Rows
staff-import-more = and { $count } more

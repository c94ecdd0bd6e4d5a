# Exam sessions, applications, scores, notices
exams-title = Exam sessions
exams-lead = Skill assessments that assessment bodies hold.
exams-none = No exam sessions yet
exams-none-text = Sessions that assessment bodies announce will appear here.
exams-page = Page { $number }
exam-title = Exam session
exam-code = Code
exam-admitted = Admitted / places
exam-new-title = Announce a session
exam-new-lead = Registration opens at once. Parts, pass marks and re-sits are those of today’s standard and stay so.
exam-new-button = Announce
exam-choose = Please choose
exam-closes-hint = That day is still included; not later than the exam.
exam-place-hint = Building and room.
exam-area-hint = Code of the area where it is held; your body’s own if left empty.
exam-parts = Parts
exam-part-rule = { $part }: { $pass } of { $maximum } to pass
exam-notice-until = On notice until
exam-notice-link = Public notice
exam-waiting = { $count ->
    [one] One score waits
   *[other] { $count } scores wait
} for a second person.
exam-passed = { $count ->
    [one] One candidate has
   *[other] { $count } candidates have
} passed every part and can be put on notice. The notice runs for { $days } working days; certificates follow after it.
exam-due = { $count ->
    [one] The notice of one person has ended: the certificate may be issued.
   *[other] The notice of { $count } people has ended: their certificates may be issued.
}
exam-issue-button = { $count ->
    [one] Issue one certificate
   *[other] Issue { $count } certificates
}
exam-publish-button = Publish { $count }
exam-candidates = Applicants
exam-no-candidates = No applicants yet
exam-no-candidates-text = They will appear here once somebody has applied.
exam-admission-number = Admission number
exam-eligibility = Eligibility
exam-result = Result
exam-resit = re-sit
exam-unconfirmed = unconfirmed
exam-failed-part = failed
exam-outcome-passed = Passed
exam-outcome-failed = Failed
exam-outcome-pending = Under way
exam-on-notice = on notice until { $date }
exam-stage-registration = Registration
exam-stage-admission = Admission
exam-stage-scores = Scores
exam-stage-confirmation = Confirmation
exam-stage-notice = Notice
exam-stage-certificates = Certificates

# Applying
exam-apply-title = Apply
exam-apply-lead = { $level }, { $date }, { $place }.
exam-apply-who = Applicant
exam-apply-who-text = Document number and name as they are registered.
exam-apply-declared = Declarations
exam-apply-declared-text = What the conditions ask for and the register doesn’t hold is declared with evidence, and checked by a person. Years of service and certificates are taken from the register.
exam-apply-tick = I declare this
exam-apply-basis = Decided under the conditions in force today: { $document }.
exam-apply-button = Apply
application-title = Decision on an application
application-eligible = The conditions are met; the applicant is admitted.
application-not-eligible = The conditions are not met.
application-decided = Decided
application-basis = Under
application-declared = Declared
application-route = The condition that is met
application-routes = Condition by condition
application-routes-text = Any one of these conditions suffices; within it everything must be met.
application-again = Apply again
application-session = Back to the session
need-met = met
need-unmet = not met
need-age = Aged { $years } or over
need-service = { $years ->
    [one] One year
   *[other] { $years } years
} of service in total
need-certificate = The certificate of { $level }
need-service-after-certificate = { $years ->
    [one] One year
   *[other] { $years } years
} of service since the certificate of { $level }
need-education = { $education } or higher{ $field ->
    [yes] , in the field or a related one
   *[no] { "" }
}
need-declared = { $what }
need-declared-years = { $years ->
    [one] One year
   *[other] { $years } years
} of service since: { $what }
had-nothing = nothing on record, nothing declared
had-years = now { $years ->
    [one] one full year
   *[other] { $years } full years
}
had-education = registered education: { $education }
had-major-not-declared = the education fits, but the field is not declared
had-undated = declared without a date
eligibility-eligible = Eligible
eligibility-not-eligible = Not eligible
declaration-apprenticeship = Apprenticeship completed
declaration-working-or-intending = Working or intending to work in the occupation or related work
declaration-junior-title = Junior professional title in the matching field
declaration-senior-technician-class = Diploma of a technical school’s senior worker class or above
declaration-preparatory-technician = Preparatory technician certificate
declaration-advanced-technical-school = Graduate of an advanced technical school, technician college or higher vocational college
declaration-related-major = Studied the field or a related one

# Scores
exam-scores-title = Enter scores
exam-scores-lead = Whole numbers from 0 to 100; empty boxes are left alone. Scores can be corrected until a second person confirms them.
exam-scores-early = Scores can be entered from the day of the exam, { $date }.
exam-scores-button = Save scores
exam-import-title = Enter by spreadsheet
exam-import-template = Download this session’s score sheet
exam-import-hint = Matched by admission number; saved only if every row is right.
exam-confirm-title = Confirm scores
exam-confirm-lead = Somebody other than who entered them checks against the original papers. Confirmed scores are final.
exam-confirm-mine = { $count ->
    [one] One more was
   *[other] { $count } more were
} entered by you and must be confirmed by somebody else.
exam-confirm-button = Confirm { $count }
exam-confirm-correct = Something is wrong: correct it
exam-confirm-none = No scores wait for you
exam-confirm-none-text = Scores that others enter will appear here.

# Public notice
notices-title = Results on public notice
notices-lead = Results of skill assessments that are on notice now.
notices-none = Nothing is on notice
notices-none-text = Results will appear here when an assessment body publishes them.
notice-title = Results of a skill assessment
notice-exam-day = exam of { $date }
notice-until = on notice until { $date }
notice-text = These people have passed every part and are to receive a skill certificate. Objections go to { $body } while the notice runs.
notice-ends = The notice ends at { $at }.
notice-number-tail = Last four of the admission number
notice-period = Period
notice-ended = The notice has ended; the names are no longer shown.
notice-privacy = A notice holds no digits of identity numbers.

# Fields
field-area_code = Area code
field-place = Place
exam-held-on = Day of the exam
field-held_on = Date
field-registration_closes_on = Registration closes on
field-capacity = Places
field-part = Part
field-attempt = Attempt
field-admission_number = Admission number
field-theory = Theory
field-practical = Practical skills
field-review = Comprehensive review
field-declared-on = Since
field-notice_ends_on = On notice until

# Field errors
error-past-date = must not be before today
error-after-exam-day = must not be later than the exam
error-person-or-document = give either the person’s id or the document, not both
error-no-such-holder = nobody is registered with this document and name
error-not-a-candidate = is not an admitted candidate of this session
error-twice-in-list = repeats the same candidate and part
error-unknown-part = this level isn’t assessed in this part
error-above-maximum = is above the maximum
error-score-final = this part is passed and confirmed; it is final
error-no-resit-left = no re-sit is left
error-other-attempt = is not the attempt that is open
error-other-name = is not the name that belongs to the admission number

# Conflicts
conflict-registration-closed = Registration has closed.
conflict-session-full = All places are taken.
conflict-already-admitted = This person is admitted to the session already.
conflict-level-held = This person already holds this level or a higher one.
conflict-no-conditions = No application conditions are in force today; please ask the civil affairs bureau.
conflict-not-held-yet = The exam has not been held, so there are no scores to enter.
conflict-nothing-to-confirm = No score waits for confirmation.
conflict-already-confirmed = These scores are confirmed already and final.
conflict-second-person-needed = Whoever entered a score can’t confirm it; somebody else must.
conflict-nothing-to-publish = There is nobody to publish: every part must be passed and confirmed, and not on notice yet.

# Done
done-exam-session-created = The session is announced.
done-certificates-issued = The certificates are issued.
done-exam-session-published = The notice has begun.
done-scores-entered = The scores are saved and wait for somebody else’s confirmation.
done-scores-confirmed = The scores are confirmed.

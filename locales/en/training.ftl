# Training

class-status-draft = Draft
class-status-filed = Under review
class-status-returned = Returned
class-status-approved = Approved
class-status-refused = Refused
class-status-closed = Closed
class-phase-upcoming = Not begun
class-phase-running = Running
class-phase-ended = Ended, to be closed
enrolment-state-enrolled = Enrolled
enrolment-state-withdrawn = Withdrawn
enrolment-state-completed = Completed
presence-present = Present
presence-absent = Absent
presence-leave = On leave
module-outcome-passed = Passed
module-outcome-failed = Failed
module-theme-general = General
module-theme-rehabilitation = Rehabilitation
module-theme-first-aid = First aid
audience-caregiver = Elderly care workers
audience-family-carer = Family carers
audience-care-manager = Care managers
audience-device-fitter = Fitters of assistive devices

field-programme_id = Programme
field-title = Title
field-starts_on = First day
field-ends_on = Last day
field-status = Status
field-module_id = Module
field-hours = Class hours
field-teacher = Teacher
field-enrolment_id = Trainee
field-presences = Attendance
field-results = Results
field-presence = Presence
field-outcome = Outcome
field-check = Check only
field-version = Version
field-before = Last of the page before

choose = Please choose
hours = { $count ->
    [one] 1 class hour
   *[other] { $count } class hours
}
col-class = Class
col-period = Period
col-enrolled = Trainees
col-birth-year = Born
col-hours-attended = Mandatory hours
col-modules-passed = Modules passed
col-attendance = Attendance
col-mandatory = Mandatory
col-hours-planned = Hours planned
col-hours-required = Hours required
col-row = Row
col-column = Column
col-problem = Problem
col-registry = In the registry

classes-title = Classes
classes-none = No classes
classes-none-text = The classes that fit are listed here.
class-status-any = Any status
class-new = New class
class-title = Class
class-period = { $from } to { $to }
class-new-title = New class
class-edit-title = Change the class
class-form-lead = It is saved as a draft. File it with the civil affairs bureau at least { $days } days before its first day.
class-title-hint = For example: Elderly care workers, level 5, class 7 of 2026
class-programme-hint = Within the levels that the school is accredited for
class-ends-hint = The accreditation must hold on the last day too
class-capacity-hint = At most { $max } in one class
class-area-hint = Area code of where it is held; the school’s own area where left out
class-facts = The class
class-school = School
class-filed-at = Filed
class-file = File with the bureau
class-close = Close the class
class-review = Review
class-approve = Approve
class-return = Return for completion
class-refuse = Refuse
class-reason-hint = Needed to return or refuse; the school reads it
class-reason-returned = Returned because: { $reason }
class-reason-refused = Refused because: { $reason }
class-review-due = The review is due by { $date }.
class-review-overdue = The review was due by { $date }.
class-step-draft = Entry
class-step-filed = Review
class-step-approved = Before the start
class-step-running = Lessons
class-step-closed = Closing
class-trainees = Trainees
class-trainees-none = No trainees yet
class-trainees-none-text = Enrol them one by one, or import a roster.
class-enrol = Enrol a trainee
class-roster = Import a roster
class-lessons = Lessons
class-lessons-edit = Plan lessons
class-lessons-none = No lessons have been planned.
class-modules = Hours of each module
class-results = Enter results
class-complete = Complete
class-complete-hint = Everybody who fulfils the conditions is completed; the others stay enrolled, with what they lack.
class-certificates = Completion earns: { $what }. Issued: { $count }
class-certificates-issue = Issue the completion certificates ({ $count })
class-shortfalls = { $count ->
    [one] 1 thing lacking
   *[other] { $count } things lacking
}
withdraw = Withdraw
withdraw-of = Withdraw { $name }

class-enrol-title = Enrol a trainee
class-enrol-lead = Somebody who is registered already is found by document and name and not registered twice.
enrol-name-hint = As on the document
enrol-from-card = May be left out for a resident identity card
enrol-area-hint = Optional; an area code such as 330481101

class-roster-title = Import a roster
roster-step-upload = Upload and check
roster-step-confirm = Confirm
roster-lead = Please fill in the template. The upload is only checked at first; it can be imported when all of it is right.
roster-template = Download the template
roster-file-hint = An .xlsx or CSV file
roster-check = Upload and check
roster-ready = { $count ->
    [one] The roster is in order: 1 person
   *[other] The roster is in order: { $count } people
}
roster-ready-text = File: { $file }. Nothing has been saved yet; please confirm.
roster-confirm = Import
roster-registered = Registered
roster-new = New
roster-report = { $count ->
    [one] One thing needs correcting
   *[other] { $count } things need correcting
}
roster-report-text = File: { $file }. Nothing has been saved; please correct it and upload it again.
roster-group = { $message } ({ $count })

class-lessons-title = Plan lessons
class-lessons-lead = Lessons are from { $from } to { $to }, at most { $hours } class hours a day.
lesson-add = Add the lesson
lesson-hours-hint = Whole class hours
lesson-remove-of = Remove { $module } on { $date }

lesson-attendance-title = Attendance
attendance-recorded = Recorded
attendance-missing = Not recorded
attendance-open = Record
attendance-correct = The attendance of this lesson has been recorded. Saving corrects it, and the correction is kept on record.
attendance-save = Save the attendance
attendance-nobody = Nobody is enrolled
attendance-nobody-text = Trainees who have withdrawn or completed are no longer listed.

class-results-title = Module results
class-results-lead = Cells left open are not saved. Saving a result again corrects it.

done-class-created = Saved as a draft.
done-class-changed = Saved.
done-class-filed = Filed with the bureau.
done-class-approved = Approved.
done-class-returned = Returned to the school.
done-class-refused = Refused.
done-class-closed = The class is closed.
done-class-completed = Those who fulfil the conditions are completed; what the others lack stands in the list of trainees.
done-enrolled = Enrolled. You may go on with the next.
done-enrolment-withdrawn = Withdrawn.
done-roster-imported = The roster has been imported.
done-lesson-created = The lesson has been added.
done-lesson-removed = The lesson has been removed.
done-attendance-recorded = The attendance has been saved.
done-results-recorded = The results have been saved.

error-class-too-large = a class must not have more than { $max } trainees
error-programme-not-in-force = the programme is not in force on the first day
error-unknown-programme = there is no such programme
error-unknown-module = is no module of this class’s programme
error-unknown-person = nobody is registered so
error-unknown-enrolment = is nobody enrolled in this class
error-named-twice = is named twice
error-trainees-missing = { $count } of the enrolled are missing
error-filed-too-late = a class is filed at least { $days } days ahead; the earliest first day is { $earliest }
error-outside-class-period = must be from { $from } to { $to }
error-too-many-hours-a-day = a day must not have more than { $max } class hours; { $planned } are planned already
error-lessons-planned = does not fit the lessons that are planned; change them first
error-fewer-than-enrolled = must not be fewer than the { $enrolled } enrolled
error-class-full = the class is full
error-already-enrolled = is enrolled in this class already
error-roster-too-long = the roster has { $rows } people, the class { $left } places left
error-roster-wrong = { $count } things in the roster need correcting; see the list below
error-hours-short = { $attended } class hours attended of “{ $module }”, { $needed } needed
error-result-missing = no result of “{ $module }” yet
error-module-failed = “{ $module }” was not passed

conflict-class-not-draft = Only a draft or returned class can be changed and filed.
conflict-class-not-filed = The class is not waiting for a review.
conflict-class-filed-by-same-person = Who files a class does not review it.
conflict-class-not-approved = The class has not been approved, or is closed.
conflict-class-not-ended = The class has not reached its last day.
conflict-class-over = The class is closed or was refused.
conflict-class-full = The class is full.
conflict-already-enrolled = The person is enrolled in this class already.
conflict-enrolment-not-open = The trainee has withdrawn or completed.
conflict-lesson-in-future = The lesson has not been held yet.
conflict-lesson-held = The attendance of this lesson has been recorded; it cannot be removed.
conflict-no-local-rules = The rules of this area have not been entered.
lesson-held-on = Day
task-classes-filed-text = Check what was filed, then approve, return or refuse it
task-classes-returned = Classes sent back
task-classes-returned-text = Change what was asked for and file again

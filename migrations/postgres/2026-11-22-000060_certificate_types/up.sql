-- Types of certificate beside the skill level: occupation, specialty and level are a skill certificate's alone.
ALTER TABLE certificates ALTER COLUMN occupation DROP NOT NULL;
ALTER TABLE certificates ALTER COLUMN specialty DROP NOT NULL;
ALTER TABLE certificates ALTER COLUMN level DROP NOT NULL;
ALTER TABLE certificates ADD COLUMN kind TEXT NOT NULL DEFAULT 'skill'
    CHECK ((kind = 'skill') = (level IS NOT NULL));
-- What earned it, where that is no application.
ALTER TABLE certificates ADD COLUMN enrolment_id UUID REFERENCES enrolments (id);
ALTER TABLE certificates ADD COLUMN first_aid_id UUID REFERENCES first_aid_certificates (id);
CREATE INDEX certificates_enrolment ON certificates (enrolment_id) WHERE enrolment_id IS NOT NULL;
CREATE INDEX certificates_first_aid ON certificates (first_aid_id) WHERE first_aid_id IS NOT NULL;

ALTER TABLE certificate_reservations ADD COLUMN enrolment_id UUID REFERENCES enrolments (id);
ALTER TABLE certificate_reservations ADD COLUMN first_aid_id UUID REFERENCES first_aid_certificates (id);
CREATE UNIQUE INDEX certificate_reservations_enrolment ON certificate_reservations (enrolment_id)
    WHERE state <> 'void' AND enrolment_id IS NOT NULL;
CREATE UNIQUE INDEX certificate_reservations_first_aid ON certificate_reservations (first_aid_id)
    WHERE state <> 'void' AND first_aid_id IS NOT NULL;

-- Position 16 of a number: the level for an assessment body, the type of certificate for any other.
ALTER TABLE certificate_serials RENAME COLUMN level TO series;

ALTER TABLE certificate_serials RENAME COLUMN series TO level;

DROP INDEX certificate_reservations_first_aid;
DROP INDEX certificate_reservations_enrolment;
ALTER TABLE certificate_reservations DROP COLUMN first_aid_id;
ALTER TABLE certificate_reservations DROP COLUMN enrolment_id;

DROP INDEX certificates_first_aid;
DROP INDEX certificates_enrolment;
ALTER TABLE certificates DROP COLUMN first_aid_id;
ALTER TABLE certificates DROP COLUMN enrolment_id;
ALTER TABLE certificates DROP COLUMN kind;
DROP INDEX certificates_headcount;
ALTER TABLE certificates RENAME COLUMN occupation TO occupation_before;
ALTER TABLE certificates ADD COLUMN occupation TEXT NOT NULL DEFAULT '';
UPDATE certificates SET occupation = coalesce(occupation_before, '');
ALTER TABLE certificates DROP COLUMN occupation_before;
ALTER TABLE certificates RENAME COLUMN specialty TO specialty_before;
ALTER TABLE certificates ADD COLUMN specialty TEXT NOT NULL DEFAULT '';
UPDATE certificates SET specialty = coalesce(specialty_before, '');
ALTER TABLE certificates DROP COLUMN specialty_before;
ALTER TABLE certificates RENAME COLUMN level TO level_before;
ALTER TABLE certificates ADD COLUMN level TEXT NOT NULL DEFAULT '';
UPDATE certificates SET level = coalesce(level_before, '');
ALTER TABLE certificates DROP COLUMN level_before;
CREATE INDEX certificates_headcount
    ON certificates (person_id, occupation, level, issued_on, expires_on, state, state_since, id);

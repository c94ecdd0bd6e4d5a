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
UPDATE certificates SET occupation = '' WHERE occupation IS NULL;
ALTER TABLE certificates ALTER COLUMN occupation SET NOT NULL;
UPDATE certificates SET specialty = '' WHERE specialty IS NULL;
ALTER TABLE certificates ALTER COLUMN specialty SET NOT NULL;
UPDATE certificates SET level = '' WHERE level IS NULL;
ALTER TABLE certificates ALTER COLUMN level SET NOT NULL;

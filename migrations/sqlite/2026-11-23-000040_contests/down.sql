DROP INDEX certificate_reservations_contest_result;
ALTER TABLE certificate_reservations DROP COLUMN contest_result_id;
DROP TABLE contest_results;
DROP TABLE contests;

DROP TABLE claim_appeals;
ALTER TABLE claims DROP COLUMN appeal_days;
DROP TABLE payment_returns;

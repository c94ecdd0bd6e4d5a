DROP TABLE recorded_certificates;
DROP TABLE certificate_events;
DROP TABLE certificate_standings;
DROP TABLE certificates;
DROP TABLE certificate_reservations;
DROP TABLE certificate_days;
DROP TABLE certificate_serials;

DROP TABLE first_aid_certificates;

DROP TABLE accreditations;
DROP TABLE organisations;

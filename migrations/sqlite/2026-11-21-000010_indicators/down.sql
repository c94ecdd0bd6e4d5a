DROP INDEX people_home_area;
DROP INDEX first_aid_certificates_headcount;
DROP INDEX recorded_certificates_headcount;
DROP INDEX certificate_standings_headcount;
DROP INDEX certificates_headcount;
DROP INDEX employments_headcount;
DROP TABLE targets;

DROP TABLE module_results;
DROP TABLE attendances;
DROP TABLE lessons;
DROP TABLE enrolments;
DROP TABLE class_serials;
DROP TABLE classes;
DROP TABLE modules;
DROP TABLE programmes;

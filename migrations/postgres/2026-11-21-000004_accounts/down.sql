DROP TABLE login_sessions;
DROP TABLE accounts;

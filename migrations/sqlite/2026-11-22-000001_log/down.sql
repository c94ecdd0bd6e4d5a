DROP TABLE log_leaves;

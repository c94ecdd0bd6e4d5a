DROP TABLE wage_levels;
DROP TABLE wage_notices;

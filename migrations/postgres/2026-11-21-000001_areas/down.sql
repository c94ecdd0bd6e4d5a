DROP TABLE elder_populations;
DROP TABLE areas;

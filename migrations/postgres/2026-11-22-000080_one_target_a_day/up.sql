-- Two targets of one day would each be the one in force.
DROP INDEX targets_lookup;
CREATE UNIQUE INDEX targets_valid_from ON targets (area_code, indicator, valid_from);

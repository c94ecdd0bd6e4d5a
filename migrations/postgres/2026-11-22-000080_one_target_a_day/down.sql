DROP INDEX targets_valid_from;
CREATE INDEX targets_lookup ON targets (area_code, indicator, valid_from);

DROP TABLE scheme_versions;
DROP TABLE scheme_codes;

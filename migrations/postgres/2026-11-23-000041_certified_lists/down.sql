DROP TABLE certified_list_lines;
DROP TABLE certified_lists;

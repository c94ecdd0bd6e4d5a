-- SQLite keeps wide rows in their place by itself.
SELECT 1;

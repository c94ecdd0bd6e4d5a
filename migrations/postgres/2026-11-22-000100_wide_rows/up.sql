-- A row with its frozen record is a little over 2 kB, from where PostgreSQL would pack it and put it elsewhere. It is
-- read whole: it stays in its place, unpacked, up to a page.
ALTER TABLE certificates SET (toast_tuple_target = 8160);
ALTER TABLE certificate_reservations SET (toast_tuple_target = 8160);

ALTER TABLE certificate_reservations RESET (toast_tuple_target);
ALTER TABLE certificates RESET (toast_tuple_target);

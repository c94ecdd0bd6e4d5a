DROP TABLE credit_events;
DROP TABLE credit_listings;

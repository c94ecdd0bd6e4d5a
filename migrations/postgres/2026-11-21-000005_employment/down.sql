DROP TABLE declared_services;
DROP TABLE employments;

DROP TABLE scores;
DROP TABLE applications;
DROP TABLE exam_sessions;

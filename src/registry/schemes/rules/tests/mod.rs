mod beforehand;
mod checks;
mod people_elsewhere;
mod people_haining;
mod people_zhejiang;
mod properties;
mod table;

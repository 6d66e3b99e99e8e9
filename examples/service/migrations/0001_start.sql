create table visits (at timestamp not null);

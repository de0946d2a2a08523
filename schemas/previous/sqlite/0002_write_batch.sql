-- PostgreSQL writes a batch by a function; SQLite in a transaction of the program's own: nothing to do here.
SELECT 1;

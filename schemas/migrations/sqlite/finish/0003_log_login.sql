-- Nothing that only programs of schema 2 needed.
SELECT 1;

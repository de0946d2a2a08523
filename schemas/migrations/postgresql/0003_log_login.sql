-- Output is written and read through a view, with the rights of the view's owner on the table behind it. Where that owner is a
-- login of its own that may only insert and read (docs/guides/operating.md), nobody who works on the catalog can change output.
-- Clean-up goes through a function, which forgets only what has ended.
SET LOCAL search_path = argosy, argosy_output;

CREATE VIEW argosy.chunks AS
  SELECT execution, task, item, attempt, start, length, codec, pieces, data FROM argosy_output.chunks;

CREATE FUNCTION argosy_output.forget(p_execution bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = argosy, argosy_output, pg_temp
AS $body$
DECLARE
  v_count bigint;
BEGIN
  DELETE FROM argosy_output.chunks c WHERE c.execution = p_execution
    AND NOT EXISTS (SELECT 1 FROM argosy.executions x WHERE x.id = p_execution AND x.status IN (1, 2, 5, 8));
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$body$;
REVOKE ALL ON FUNCTION argosy_output.forget(bigint) FROM PUBLIC;

-- Which schema the program of a registered master was built for; a master without a row here is of schema 2.
CREATE TABLE programs(
  master text COLLATE "C" PRIMARY KEY,
  session bigint NOT NULL,
  schema bigint NOT NULL);

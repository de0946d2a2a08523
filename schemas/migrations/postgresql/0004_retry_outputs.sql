-- A retry takes up what the tasks that it carries over had written to $ARGOSY_OUTPUT: in the commit that admits it, so that
-- an adopter finds it, and as a copy, so that clean-up may take the execution before.
SET LOCAL search_path = argosy, argosy_output;

CREATE FUNCTION carry_outputs() RETURNS trigger LANGUAGE plpgsql SET search_path = argosy AS $body$
BEGIN
  NEW.outputs := coalesce((SELECT t.outputs FROM executions x JOIN tasks t ON t.execution = x.retry_of
    AND t.task = NEW.task WHERE x.id = NEW.execution), '');
  RETURN NEW;
END
$body$;
CREATE TRIGGER carry_outputs BEFORE INSERT ON tasks FOR EACH ROW WHEN (NEW.succeeded > 0) EXECUTE FUNCTION carry_outputs();

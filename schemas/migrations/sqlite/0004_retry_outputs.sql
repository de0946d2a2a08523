-- A retry takes up what the tasks that it carries over had written to $ARGOSY_OUTPUT: in the commit that admits it, so that
-- an adopter finds it, and as a copy, so that clean-up may take the execution before.
CREATE TRIGGER carry_outputs AFTER INSERT ON tasks WHEN NEW.succeeded > 0
BEGIN
  UPDATE tasks SET outputs = coalesce((SELECT t.outputs FROM executions x JOIN tasks t ON t.execution = x.retry_of
      AND t.task = NEW.task WHERE x.id = NEW.execution), '')
    WHERE execution = NEW.execution AND task = NEW.task;
END;

-- A master's batch as one statement: it checks the shard's term under a share lock and writes only if it stands. What is
-- refused is raised as AR001 with "culprit ROWS PLACE". Order of effects: admissions, starts, outputs, ends, claims, tasks,
-- executions, operations. Every part may be repeated.
--
-- Rows are found one by one through their keys (LATERAL ... LIMIT 1, OFFSET 0, loops), never by a join: what a planner believes
-- of the size of open_attempts, which is empty one moment and full the next, must not turn a batch into a product.
SET LOCAL search_path = argosy, argosy_output;

ALTER TABLE executions ADD FOREIGN KEY (plan) REFERENCES plans(digest);
ALTER TABLE packages ADD FOREIGN KEY (plan) REFERENCES plans(digest);

CREATE FUNCTION write_batch(
  p_shard bigint, p_term bigint, p_confirm bigint, p_source text,
  l_digest text[], l_body bytea[], l_plan text[], l_content text[],
  a_submitter text[], a_key text[], a_request text[], a_project text[], a_version text[], a_content text[],
  a_environment text[], a_package text[], a_plan text[], a_parameters text[], a_sealed bytea[], a_workers text[],
  a_tags text[], a_priority bigint[], a_batch text[], a_retry bigint[], a_at bigint[], a_tasks text[], a_carried text[],
  s_execution bigint[], s_task bigint[], s_item bigint[], s_attempt bigint[], s_at bigint[],
  o_execution bigint[], o_task bigint[], o_item bigint[], o_attempt bigint[], o_start bigint[], o_length bigint[],
  o_codec bigint[], o_pieces bytea[], o_data bytea[],
  e_execution bigint[], e_task bigint[], e_item bigint[], e_attempt bigint[], e_state bigint[], e_reason bigint[],
  e_exit bigint[], e_signal bigint[], e_started bigint[], e_ended bigint[], e_user bigint[], e_system bigint[],
  e_rss bigint[], e_log bigint[], e_tail text[], e_outputs text[], e_detail text[], e_not_before bigint[],
  e_failure bigint[], e_interruption bigint[],
  c_execution bigint[], c_task bigint[], c_item bigint[], c_attempt bigint[], c_worker text[], c_session bigint[],
  c_at bigint[],
  t_execution bigint[], t_task bigint[], t_state bigint[], t_low bigint[], t_high bigint[], t_succeeded bigint[],
  t_failed bigint[], t_canceled bigint[], t_interrupted bigint[], t_skipped bigint[], t_outputs text[],
  x_id bigint[], x_status bigint[], x_started bigint[], x_ended bigint[], x_detail text[],
  m_at bigint[], m_who text[], m_verb text[], m_object text[], m_detail text[])
RETURNS text LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan
AS $body$
DECLARE
  r record;
  v_id bigint;
  v_done bigint;
  v_more bigint;
  v_digest text;
  v_out text := 'ok';
BEGIN
  IF p_confirm <> 0 THEN
    UPDATE shards SET confirms = confirms + 1 WHERE shard = p_shard AND term = p_term;
    RETURN CASE WHEN FOUND THEN 'ok' ELSE 'fenced' END;
  END IF;
  PERFORM 1 FROM shards WHERE shard = p_shard AND term = p_term FOR SHARE;
  IF NOT FOUND THEN RETURN 'fenced'; END IF;

  IF cardinality(a_key) > 0 THEN
    INSERT INTO plans SELECT * FROM unnest(l_digest, l_body) ON CONFLICT DO NOTHING;
    INSERT INTO plan_contents SELECT * FROM unnest(l_plan, l_content) ON CONFLICT DO NOTHING;
    IF EXISTS (SELECT 1 FROM (SELECT DISTINCT u.plan FROM unnest(a_plan) u(plan)) w
               WHERE NOT EXISTS (SELECT 1 FROM plans p WHERE p.digest = w.plan)) THEN
      RETURN 'plans';
    END IF;
    FOR r IN SELECT * FROM unnest(a_submitter, a_key, a_request, a_project, a_version, a_content, a_environment, a_package,
        a_plan, a_parameters, a_sealed, a_workers, a_tags, a_priority, a_batch, a_retry, a_at, a_tasks, a_carried)
        WITH ORDINALITY AS u(submitter, key, request, project, version, content, environment, package, plan, parameters,
        sealed, workers, tags, priority, batch, retry, at, tasks, carried, place) ORDER BY place LOOP
      SELECT k.execution, k.request_digest INTO v_id, v_digest FROM keys k WHERE k.submitter = r.submitter AND k.key = r.key;
      IF NOT FOUND THEN
        v_id := nextval('executions_id_seq');
        INSERT INTO keys VALUES (r.submitter, r.key, r.request, v_id, 0) ON CONFLICT DO NOTHING;
        IF FOUND THEN
          INSERT INTO executions VALUES (v_id, p_shard, 1, r.submitter, r.key, r.project, r.version, r.content,
            r.environment, r.package, r.plan, r.parameters, r.sealed, r.workers, r.tags, r.priority, r.batch, r.retry, r.at);
          INSERT INTO tasks SELECT v_id, q.place - 1, w[1], w[2], w[3], w[4], w[5], 0, 0, 0, 0, ''
            FROM unnest(string_to_array(r.tasks, ';')) WITH ORDINALITY AS q(row, place),
            LATERAL (SELECT string_to_array(q.row, ',')::bigint[] AS w) z;
          IF r.carried <> '' THEN
            INSERT INTO attempts SELECT v_id, w[1], n, 0, 5, 1, 0, 0, '', 0, r.at, 0, r.at, 0, 0, 0, 0, '', '', 'carried over'
              FROM unnest(string_to_array(r.carried, ';')) AS q(row),
              LATERAL (SELECT string_to_array(q.row, ',')::bigint[] AS w) z, generate_series(w[2], w[3] - 1) AS n;
          END IF;
          v_out := v_out || ';1,' || v_id;
          CONTINUE;
        END IF;
        SELECT k.execution, k.request_digest INTO v_id, v_digest FROM keys k
          WHERE k.submitter = r.submitter AND k.key = r.key;
      END IF;
      v_out := v_out || CASE WHEN v_digest = r.request THEN ';2,' ELSE ';3,' END || v_id;
    END LOOP;
  END IF;

  IF cardinality(s_execution) > 0 THEN
    FOR r IN SELECT * FROM unnest(s_execution, s_task, s_item, s_attempt, s_at) AS u(execution, task, item, attempt, at) LOOP
      UPDATE open_attempts o SET state = 4, started_at = r.at
        WHERE o.execution = r.execution AND o.task = r.task AND o.item = r.item AND o.attempt = r.attempt AND o.state = 3;
    END LOOP;
  END IF;

  IF cardinality(o_execution) > 0 THEN
    INSERT INTO chunks SELECT q.execution, q.task, q.item, q.attempt, q.start, q.length, q.codec, q.pieces, q.data FROM (
        SELECT u.*, z.stop + sum(u.length) OVER (PARTITION BY u.execution, u.task, u.item, u.attempt ORDER BY u.start)
          - u.length AS expected
        FROM unnest(o_execution, o_task, o_item, o_attempt, o_start, o_length, o_codec, o_pieces, o_data)
          AS u(execution, task, item, attempt, start, length, codec, pieces, data),
        LATERAL (SELECT 1 FROM open_attempts o WHERE o.execution = u.execution AND o.task = u.task AND o.item = u.item
          AND o.attempt = u.attempt AND o.state IN (3, 4) LIMIT 1) o,
        LATERAL (SELECT coalesce((SELECT c.start + c.length FROM chunks c WHERE c.execution = u.execution
          AND c.task = u.task AND c.item = u.item AND c.attempt = u.attempt ORDER BY c.start DESC LIMIT 1), 0) AS stop) z
        WHERE u.start >= z.stop) q
      WHERE q.start = q.expected ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_done = ROW_COUNT;
    IF v_done < cardinality(o_execution) THEN
      SELECT u.place - 1 INTO v_id FROM unnest(o_execution, o_task, o_item, o_attempt, o_start, o_length) WITH ORDINALITY
          AS u(execution, task, item, attempt, start, length, place),
        LATERAL (SELECT coalesce((SELECT c.start + c.length FROM chunks c WHERE c.execution = u.execution
          AND c.task = u.task AND c.item = u.item AND c.attempt = u.attempt ORDER BY c.start DESC LIMIT 1), 0) AS stop) z
        WHERE u.start + u.length > z.stop ORDER BY u.place LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'culprit outputs %: does not continue its attempt''s log', v_id USING ERRCODE = 'AR001';
      END IF;
    END IF;
  END IF;

  IF cardinality(e_execution) > 0 THEN
    INSERT INTO attempts
      SELECT u.execution, u.task, u.item, u.attempt, u.state, u.reason, u.exit, u.signal, o.worker, o.session, o.claimed_at,
        CASE WHEN u.started = 0 THEN o.started_at ELSE u.started END, u.ended, u.user_us, u.system_us, u.rss, u.log, u.tail,
        u.outputs, u.detail
      FROM unnest(e_execution, e_task, e_item, e_attempt, e_state, e_reason, e_exit, e_signal, e_started, e_ended, e_user,
          e_system, e_rss, e_log, e_tail, e_outputs, e_detail)
        AS u(execution, task, item, attempt, state, reason, exit, signal, started, ended, user_us, system_us, rss, log, tail,
          outputs, detail),
      LATERAL (SELECT * FROM open_attempts p WHERE p.execution = u.execution AND p.task = u.task AND p.item = u.item
        AND p.attempt = u.attempt AND p.state IN (3, 4) LIMIT 1) o
      ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_done = ROW_COUNT;
    IF v_done < cardinality(e_execution) THEN
      -- Canceled between two attempts: the item ends, the attempt's own end stays as it is.
      UPDATE attempts d SET state = 7
        FROM unnest(e_execution, e_task, e_item, e_attempt, e_state, e_reason)
          AS u(execution, task, item, attempt, state, reason), open_attempts o
        WHERE u.state = 7 AND u.reason = 10 AND d.execution = u.execution AND d.task = u.task AND d.item = u.item
          AND d.attempt = u.attempt AND d.state IN (1, 2) AND o.execution = u.execution AND o.task = u.task
          AND o.item = u.item AND o.attempt = u.attempt AND o.state IN (1, 2);
      DELETE FROM open_attempts o USING unnest(e_execution, e_task, e_item, e_attempt, e_state, e_reason)
          AS u(execution, task, item, attempt, state, reason)
        WHERE u.state = 7 AND u.reason = 10 AND o.execution = u.execution AND o.task = u.task AND o.item = u.item
          AND o.attempt = u.attempt AND o.state IN (1, 2);
      SELECT u.place - 1 INTO v_id FROM unnest(e_execution, e_task, e_item, e_attempt) WITH ORDINALITY
          AS u(execution, task, item, attempt, place)
        WHERE NOT EXISTS (SELECT 1 FROM attempts d WHERE d.execution = u.execution AND d.task = u.task
          AND d.item = u.item AND d.attempt = u.attempt) ORDER BY u.place LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'culprit ends %: the attempt was never claimed', v_id USING ERRCODE = 'AR001';
      END IF;
    END IF;
    FOR r IN SELECT * FROM unnest(e_execution, e_task, e_item, e_attempt, e_state, e_not_before, e_failure, e_interruption)
        AS u(execution, task, item, attempt, state, not_before, failure, interruption) WHERE u.state < 5 LOOP
      UPDATE open_attempts o SET state = r.state, not_before = r.not_before, failures = o.failures + r.failure,
          interruptions = o.interruptions + r.interruption
        WHERE o.execution = r.execution AND o.task = r.task AND o.item = r.item AND o.attempt = r.attempt
          AND o.state IN (3, 4);
    END LOOP;
    DELETE FROM open_attempts WHERE ctid = ANY (ARRAY(
      SELECT z.place FROM unnest(e_execution, e_task, e_item, e_attempt, e_state) AS u(execution, task, item, attempt, state),
      LATERAL (SELECT o.ctid AS place FROM open_attempts o WHERE o.execution = u.execution AND o.task = u.task
        AND o.item = u.item AND o.attempt = u.attempt AND o.state IN (3, 4) LIMIT 1) z
      WHERE u.state >= 5));
  END IF;

  IF cardinality(c_execution) > 0 THEN
    INSERT INTO open_attempts
      SELECT u.execution, u.task, u.item, 1, 3, u.worker, u.session, u.at, 0, 0, 0, 0
      FROM unnest(c_execution, c_task, c_item, c_attempt, c_worker, c_session, c_at)
        AS u(execution, task, item, attempt, worker, session, at)
      WHERE u.attempt = 1
        AND EXISTS (SELECT 1 FROM executions x WHERE x.id = u.execution AND x.shard = p_shard AND x.status IN (1, 2, 5) OFFSET 0)
        AND NOT EXISTS (SELECT 1 FROM attempts d WHERE d.execution = u.execution AND d.task = u.task AND d.item = u.item OFFSET 0)
      ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_done = ROW_COUNT;
    IF v_done < cardinality(c_execution) THEN
      v_more := 0;
      FOR r IN SELECT * FROM unnest(c_execution, c_task, c_item, c_attempt, c_worker, c_session, c_at)
          AS u(execution, task, item, attempt, worker, session, at) WHERE u.attempt > 1 LOOP
        UPDATE open_attempts o SET attempt = r.attempt, state = 3, worker = r.worker, session = r.session, claimed_at = r.at,
            started_at = 0, not_before = 0
          WHERE o.execution = r.execution AND o.task = r.task AND o.item = r.item AND o.attempt = r.attempt - 1
            AND o.state IN (1, 2)
            AND EXISTS (SELECT 1 FROM executions x WHERE x.id = r.execution AND x.shard = p_shard AND x.status IN (1, 2, 5));
        IF FOUND THEN v_more := v_more + 1; END IF;
      END LOOP;
      IF v_done + v_more < cardinality(c_execution) THEN
        SELECT u.place - 1 INTO v_id FROM unnest(c_execution, c_task, c_item, c_attempt, c_session) WITH ORDINALITY
            AS u(execution, task, item, attempt, session, place)
          WHERE NOT EXISTS (SELECT 1 FROM open_attempts o WHERE o.execution = u.execution AND o.task = u.task
              AND o.item = u.item AND o.attempt = u.attempt AND o.session = u.session)
            AND NOT EXISTS (SELECT 1 FROM attempts d WHERE d.execution = u.execution AND d.task = u.task
              AND d.item = u.item AND d.attempt = u.attempt AND d.session = u.session) ORDER BY u.place LIMIT 1;
        IF FOUND THEN
          RAISE EXCEPTION 'culprit claims %: claimed, ended or not to be claimed now', v_id USING ERRCODE = 'AR001';
        END IF;
      END IF;
    END IF;
  END IF;

  IF cardinality(t_execution) > 0 THEN
    FOR r IN SELECT * FROM unnest(t_execution, t_task, t_state, t_low, t_high, t_succeeded, t_failed, t_canceled,
          t_interrupted, t_skipped, t_outputs)
        AS u(execution, task, state, low, high, succeeded, failed, canceled, interrupted, skipped, outputs) LOOP
      UPDATE tasks t SET state = r.state, low = r.low, high = r.high, succeeded = r.succeeded, failed = r.failed,
          canceled = r.canceled, interrupted = r.interrupted, skipped = r.skipped, outputs = r.outputs
        WHERE t.execution = r.execution AND t.task = r.task;
    END LOOP;
  END IF;

  IF cardinality(x_id) > 0 THEN
    FOR r IN SELECT * FROM unnest(x_id, x_status, x_started, x_ended, x_detail) AS u(id, status, started, ended, detail) LOOP
      UPDATE executions x SET status = r.status, started_at = CASE WHEN r.started = 0 THEN x.started_at ELSE r.started END,
          ended_at = CASE WHEN r.ended = 0 THEN x.ended_at ELSE r.ended END, detail = r.detail
        WHERE x.id = r.id AND x.shard = p_shard AND x.status IN (1, 2, 5, 8);
    END LOOP;
  END IF;

  IF cardinality(m_at) > 0 THEN
    INSERT INTO operations(at, who, verb, object, detail, source)
      SELECT u.at, u.who, u.verb, u.object, u.detail, p_source || '/' || u.place
      FROM unnest(m_at, m_who, m_verb, m_object, m_detail) WITH ORDINALITY AS u(at, who, verb, object, detail, place)
      ORDER BY u.place ON CONFLICT DO NOTHING;
  END IF;
  RETURN v_out;
END
$body$;

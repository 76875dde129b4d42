import type { Migration } from '@parley/plugin-api'

/** Requests, what they are sorted by, who works on them and why they got there. */
export const requests: Migration = {
  async up(db) {
    await db.raw(`
      CREATE TABLE topics (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        alias text COLLATE "C" NOT NULL UNIQUE,
        name text COLLATE "und-x-icu" NOT NULL,
        parent_id uuid REFERENCES topics (id),
        active boolean NOT NULL DEFAULT true
      );
      CREATE TABLE skill_groups (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name text COLLATE "und-x-icu" NOT NULL UNIQUE,
        active boolean NOT NULL DEFAULT true
      );
      CREATE TABLE skill_group_topics (
        group_id uuid NOT NULL REFERENCES skill_groups (id) ON DELETE CASCADE,
        topic_id uuid NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
        PRIMARY KEY (group_id, topic_id)
      );
      CREATE TABLE skill_group_operators (
        group_id uuid NOT NULL REFERENCES skill_groups (id) ON DELETE CASCADE,
        user_id uuid NOT NULL,
        PRIMARY KEY (group_id, user_id)
      );
      CREATE TABLE operator_statuses (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        code text COLLATE "C" NOT NULL UNIQUE,
        name text COLLATE "und-x-icu" NOT NULL,
        color text NOT NULL,
        can_receive boolean NOT NULL,
        count_after_closed boolean NOT NULL DEFAULT false,
        offline boolean NOT NULL DEFAULT false,
        position integer NOT NULL,
        CHECK (NOT (can_receive AND count_after_closed))
      );
      INSERT INTO operator_statuses (code, name, color, can_receive, count_after_closed, offline, position) VALUES
        ('online', 'Online', 'positive', true, false, false, 1),
        ('busy', 'Busy', 'warning', false, true, false, 2),
        ('away', 'Away', 'info', false, false, false, 3),
        ('offline', 'Offline', 'neutral', false, false, true, 4);
      CREATE TABLE operators (
        user_id uuid PRIMARY KEY,
        status_id uuid NOT NULL REFERENCES operator_statuses (id),
        status_at timestamptz NOT NULL DEFAULT now(),
        max_dialogs integer CHECK (max_dialogs >= 0),
        channel_limits jsonb NOT NULL DEFAULT '{}',
        last_assigned_at timestamptz,
        last_closed_at timestamptz
      );
      CREATE TABLE close_statuses (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        code integer NOT NULL UNIQUE,
        name text COLLATE "und-x-icu" NOT NULL,
        resolved boolean NOT NULL DEFAULT true,
        is_default boolean NOT NULL DEFAULT false,
        active boolean NOT NULL DEFAULT true
      );
      CREATE UNIQUE INDEX close_statuses_default ON close_statuses (is_default) WHERE is_default;
      INSERT INTO close_statuses (code, name, resolved, is_default) VALUES
        (1, 'Resolved', true, true), (2, 'Not resolved', false, false), (3, 'Spam', false, false);

      CREATE TABLE requests (
        id uuid PRIMARY KEY,
        number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        type text COLLATE "C" NOT NULL DEFAULT 'chat',
        state text COLLATE "C" NOT NULL CHECK (state IN ('new', 'queued', 'open', 'closed')),
        bot_id uuid NOT NULL,
        conversation_id uuid NOT NULL,
        channel text COLLATE "C" NOT NULL,
        client_id uuid NOT NULL,
        client_name text COLLATE "und-x-icu" NOT NULL,
        topic_id uuid REFERENCES topics (id),
        assignee_id uuid,
        weight integer NOT NULL DEFAULT 0,
        auto_connect boolean NOT NULL,
        may_wait boolean NOT NULL,
        keep_bot boolean NOT NULL,
        wait_id text COLLATE "C",
        closed_alias text,
        event_webhook_url text,
        text_to_operator text,
        bot_steps jsonb NOT NULL DEFAULT '[]',
        last_text text NOT NULL DEFAULT '',
        last_author text COLLATE "C",
        last_at timestamptz NOT NULL DEFAULT now(),
        unread integer NOT NULL DEFAULT 0,
        waiting_since timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        queued_at timestamptz,
        explained_at timestamptz,
        assigned_at timestamptz,
        closed_at timestamptz,
        closed_by uuid,
        close_status_id uuid REFERENCES close_statuses (id),
        close_comment text,
        version integer NOT NULL DEFAULT 1
      );
      CREATE UNIQUE INDEX requests_one_open ON requests (conversation_id) WHERE state <> 'closed';
      CREATE INDEX requests_waiting ON requests (state, weight DESC, created_at, id) WHERE state IN ('new', 'queued');
      CREATE INDEX requests_mine ON requests (assignee_id, last_at DESC, id) WHERE state = 'open';
      CREATE INDEX requests_open ON requests (last_at DESC, id) WHERE state <> 'closed';
      CREATE INDEX requests_closed ON requests (closed_at DESC, id) WHERE state = 'closed';
      CREATE INDEX requests_closed_mine ON requests (assignee_id, closed_at DESC, id) WHERE state = 'closed';
      CREATE INDEX requests_client ON requests (client_id, created_at DESC);

      CREATE TABLE request_log (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        request_id uuid NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
        at timestamptz NOT NULL DEFAULT now(),
        actor_id text COLLATE "C",
        actor_name text,
        type text COLLATE "C" NOT NULL,
        data jsonb NOT NULL DEFAULT '{}'
      );
      CREATE INDEX request_log_request ON request_log (request_id, id);

      CREATE TABLE distribution_decisions (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        request_id uuid NOT NULL,
        outcome text COLLATE "C" NOT NULL CHECK (outcome IN ('assigned', 'waits', 'limit')),
        assignee_id uuid,
        method text COLLATE "C" NOT NULL,
        candidates jsonb NOT NULL,
        duration_ms real NOT NULL
      );
      CREATE INDEX distribution_decisions_request ON distribution_decisions (request_id, id);
      CREATE INDEX distribution_decisions_at ON distribution_decisions (at);

      CREATE TABLE webhook_deliveries (
        id uuid PRIMARY KEY,
        request_id uuid NOT NULL,
        url text NOT NULL,
        body jsonb NOT NULL,
        state text COLLATE "C" NOT NULL DEFAULT 'due',
        attempts integer NOT NULL DEFAULT 0,
        due_at timestamptz NOT NULL DEFAULT now(),
        last_error text,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at) WHERE state = 'due';
    `)
  },
}

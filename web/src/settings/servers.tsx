import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Settings, serverName } from '../../../src/console/api/index.ts';
import { useSession } from '../client/index.ts';
import { Button, Card, Field, Icon, type IconName, Tick } from '../frame/index.ts';
import type { Form } from './form.ts';
import css from './settings.module.css';
import { ServerState, ServerStates, ServerWords, useServerTests } from './test-server.tsx';

type Network = Settings['network'];
const MOST = 10;

/** Which servers look at the phone system from outside, in which order. */
export function Servers({ form }: { readonly form: Pick<Form<Network>, 'values' | 'set'> }) {
  const { t } = useTranslation();
  const tests = useServerTests();
  const { servers, embedded } = form.values;
  const setServers = (next: readonly string[]): void => form.set({ servers: [...next] });
  const move = (from: number, by: number): void => {
    const next = [...servers];
    next.splice(from + by, 0, ...next.splice(from, 1));
    setServers(next);
  };
  const testAll = (): void => servers.forEach((server) => void tests.test(server));
  return (
    <Card
      title={t('servers.title')}
      side={
        servers.length > 1 && (
          <Button onClick={testAll}>
            <Icon name="again" size={16} /> {t('servers.test-all')}
          </Button>
        )
      }
    >
      <div className={css.inner}>
        <p className={css.dim}>{t(servers.length === 0 ? 'servers.none' : 'servers.order')}</p>
        {servers.length > 0 && (
          <ol>
            {servers.map((server, index) => (
              <li key={server} className={css.server}>
                <div className={css.head}>
                  <div className={css.who}>
                    <code>{server}</code>
                    <span>{t(index === 0 ? 'servers.leads' : 'servers.confirms')}</span>
                  </div>
                  <span role="status">
                    <ServerState asked={tests.of(server)} />
                  </span>
                  <Button aria-label={t('servers.test-one', { server })} onClick={() => tests.test(server)}>
                    {t('servers.test')}
                  </Button>
                  <span>
                    <Act
                      icon="up"
                      label={t('servers.up', { server })}
                      off={index === 0}
                      onClick={() => move(index, -1)}
                    />
                    <Act
                      icon="down"
                      label={t('servers.down', { server })}
                      off={index === servers.length - 1}
                      onClick={() => move(index, 1)}
                    />
                    <Act
                      icon="bin"
                      label={t('servers.remove', { server })}
                      onClick={() => setServers(servers.filter((one) => one !== server))}
                    />
                  </span>
                </div>
                {tests.of(server) && (
                  <div className={css.why}>
                    <ServerWords asked={tests.of(server)} />
                  </div>
                )}
              </li>
            ))}
          </ol>
        )}
        {servers.length < MOST && (
          <Add
            servers={servers}
            onAdd={(server) => {
              setServers([...servers, server]);
              void tests.test(server);
            }}
          />
        )}
        <Tick
          label={t('servers.embedded')}
          hint={t('servers.embedded-hint')}
          checked={embedded}
          onChange={(isChecked) => form.set({ embedded: isChecked })}
        />
        <div className={css.note}>
          <Icon name="info" />
          <div>
            <p>{t('servers.states')}</p>
            <ServerStates />
          </div>
        </div>
      </div>
    </Card>
  );
}

function Act(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly off?: boolean;
  readonly onClick: () => void;
}) {
  return (
    <button
      type="button"
      className={css.icon}
      aria-label={props.label}
      title={props.label}
      disabled={props.off}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

/** As `fullcone check --server` takes it: no spaces, no scheme. */
const isName = (text: string): boolean => serverName.safeParse(text).success && /^[^\s/@]+$/.test(text);

function Add({ servers, onAdd }: { readonly servers: readonly string[]; readonly onAdd: (server: string) => void }) {
  const { t } = useTranslation();
  const { isAdmin } = useSession();
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const add = (): void => {
    const server = text.trim();
    if (!isName(server)) return setWrong('wrong.server');
    if (servers.includes(server)) return setWrong('wrong.twice');
    onAdd(server);
    setText('');
  };
  if (!isAdmin) return null;
  return (
    <div className={css.add}>
      <Field
        label={t('servers.new')}
        hint={t('servers.new-hint')}
        wrong={wrong && t(wrong)}
        value={text}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setText(event.target.value);
          setWrong(null);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          add();
        }}
      />
      <Button onClick={add}>
        <Icon name="plus" size={16} /> {t('servers.add')}
      </Button>
    </div>
  );
}

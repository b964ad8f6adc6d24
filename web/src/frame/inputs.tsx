import { type ChangeEvent, type ReactNode, type SelectHTMLAttributes, useId } from 'react';
import css from './inputs.module.css';

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly name: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string; readonly hint?: string }[];
  readonly onChange: (value: T) => void;
}

/** One of a few, each with a sentence. */
export function Choice<T extends string>({ label, name, value, options, onChange }: ChoiceProps<T>) {
  const id = useId();
  return (
    <fieldset className={css.choice}>
      <legend>{label}</legend>
      <div className={css.options}>
        {options.map((one, index) => (
          <label key={one.value} className={one.value === value ? css.chosen : css.option}>
            <input
              type="radio"
              name={name}
              checked={one.value === value}
              aria-describedby={one.hint ? `${id}-${index}` : undefined}
              onChange={() => onChange(one.value)}
            />
            <span>
              <b>{one.label}</b>
              {one.hint && (
                <span id={`${id}-${index}`} className={css.hint}>
                  {one.hint}
                </span>
              )}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface SelectProps extends Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange'> {
  readonly label: string;
  readonly hint?: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChange: (value: string) => void;
}

export function Select({ label, hint, options, onChange, ...rest }: SelectProps) {
  const id = useId();
  return (
    <div className={css.select}>
      <label htmlFor={id}>{label}</label>
      <select
        {...rest}
        id={id}
        aria-describedby={hint ? `${id}-says` : undefined}
        onChange={(event: ChangeEvent<HTMLSelectElement>) => onChange(event.target.value)}
      >
        {options.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      {hint && (
        <span id={`${id}-says`} className={css.hint}>
          {hint}
        </span>
      )}
    </div>
  );
}

interface TickProps {
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
  readonly onChange: (isChecked: boolean) => void;
}

export function Tick({ label, hint, checked, onChange }: TickProps) {
  const id = useId();
  return (
    <label className={css.tick}>
      <input
        type="checkbox"
        checked={checked}
        aria-describedby={hint ? id : undefined}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>
        {label}
        {hint && (
          <span id={id} className={css.hint}>
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}

/** Fields beside each other, below each other on a phone. */
export const Fields = ({ children }: { readonly children: ReactNode }) => <div className={css.fields}>{children}</div>;

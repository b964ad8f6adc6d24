import { Field } from '../frame/index.ts';

interface Props {
  readonly label: string;
  readonly name: string;
  readonly hint?: string;
  readonly wrong: string | null;
  readonly value: number | null;
  /** null: the field is empty. */
  readonly onChange: (value: number | null) => void;
}

/** Digits alone: whatever else is typed does not appear. */
export function NumberField({ value, onChange, ...rest }: Props) {
  return (
    <Field
      {...rest}
      inputMode="numeric"
      autoComplete="off"
      value={value ?? ''}
      onChange={({ target }) => {
        const digits = target.value.replace(/\D/g, '').slice(0, 9);
        onChange(digits === '' ? null : Number(digits));
      }}
    />
  );
}

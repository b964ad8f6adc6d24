/** An input error is a value, not an exception; only bugs throw. */
export type Result<T, E> = { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'error'; readonly error: E };

export const ok = <T>(value: T): { readonly kind: 'ok'; readonly value: T } => ({ kind: 'ok', value });

export const err = <E>(error: E): { readonly kind: 'error'; readonly error: E } => ({ kind: 'error', error });

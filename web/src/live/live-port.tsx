/** One port, watched while the router is changed. */
export function LivePort({ protocol, port }: { readonly protocol: 'udp' | 'tcp'; readonly port: number }) {
  return (
    <h1>
      {protocol}/{port}
    </h1>
  );
}

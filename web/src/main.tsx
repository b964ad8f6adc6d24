import './frame/theme.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { config } from 'zod';
import { App } from './app.tsx';
import { forgetWho, whenSignedOut } from './client/index.ts';
import { startTexts } from './texts/index.ts';

// The content security policy forbids code made from text; zod would try it.
config({ jitless: true });
startTexts();
const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 5_000 } } });
whenSignedOut(() => forgetWho(queries));
const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );

/** What this page's Content-Security-Policy has refused of what goes to the server. */
export interface PolicyWatch {
  refused(what: 'connect' | 'script'): boolean;
  end(): void;
}

export function watchPolicy(server: string): PolicyWatch {
  const origin = server.split('/', 3).join('/');
  const refused = new Set<string>();
  const listener = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent): void => {
    const [what = ''] = /^(connect|script|default)/.exec(effectiveDirective) || [];
    if (blockedURI.startsWith(origin)) refused.add(what === 'default' ? 'connect' : what);
  };
  document.addEventListener('securitypolicyviolation', listener);
  return {
    refused: (what) => refused.has(what),
    end: () => document.removeEventListener('securitypolicyviolation', listener),
  };
}

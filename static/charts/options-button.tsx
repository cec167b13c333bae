import type { ComponentType } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { useDismiss } from '../controls/placement.ts';
import type { ChartOptions, OptionsMenuProps } from './options.ts';

interface OptionsButtonProps {
  title: string;
  options: ChartOptions | undefined;
}

/** The button of a chart's menu. The menu itself is loaded when it is first wanted. */
export function OptionsButton({ title, options }: OptionsButtonProps) {
  const [Menu, setMenu] = useState<ComponentType<OptionsMenuProps>>();
  const [isOpen, setIsOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useDismiss(box, isOpen, () => setIsOpen(false));
  const load = () => void import('./options-menu.tsx').then((module) => setMenu(() => module.OptionsMenu));
  return (
    <div class="menu chart-menu" ref={box}>
      <button
        type="button"
        class="button small plain"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        disabled={!options}
        onPointerEnter={load}
        onFocus={load}
        onClick={() => setIsOpen(!isOpen)}
      >
        <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6" />
          <circle cx="10" cy="5" r="1.5" />
          <circle cx="6" cy="11" r="1.5" />
        </svg>
        <span class="wide-label">Chart options</span>
        <span class="unseen"> of {title}</span>
      </button>
      {isOpen && Menu && options && (
        <Menu
          title={title}
          options={options}
          onClose={() => {
            setIsOpen(false);
            box.current?.querySelector('button')?.focus();
          }}
        />
      )}
    </div>
  );
}

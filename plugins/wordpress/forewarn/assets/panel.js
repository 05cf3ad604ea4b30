/**
 * The panel that both editors show: what Forewarn found in the article, what it proposes, and what
 * the editor decided. Everything that comes from outside is put in as text, never as HTML.
 */
( function ( wp ) {
	'use strict';

	const { Fragment, createElement: el, useState } = wp.element;
	const { Button, CheckboxControl, SelectControl, Spinner, TextareaControl } = wp.components;
	const { __, _n, sprintf } = wp.i18n;

	const ACTIONS = {
		ads_off: __( 'Show no advertisements beside it', 'forewarn' ),
		comments_premoderated: __( 'Read comments before they appear', 'forewarn' ),
		no_push: __( 'Send no push notification', 'forewarn' ),
		second_pair_of_eyes: __( 'Have a second editor read it', 'forewarn' ),
		legal_referral: __( 'Ask somebody who knows the law', 'forewarn' ),
	};

	// As in serving/bodies/markup.py: known ones, closing ones, and those with an attribute.
	const SHORTCODE = /\[\/?(?:audio|caption|embed|gallery|playlist|video|wp_caption)(?:\s[^[\]]*)?\/?\]|\[\/[a-z][\w-]*\]|\[[a-z][\w-]*\s+[\w-]+=[^[\]]*\]/gi;
	const MARKUP = /<!--[\s\S]*?-->|<\/?[a-z][^<>]*>/gi;
	const ENTITY = /&(?:#\d+|#x[\da-f]+|\w+);/gi;
	const UNSEEN = /[\s\u00AD\u200B-\u200D\u2060\uFFFC]/;

	/**
	 * Asks WordPress.
	 *
	 * @param {string} path   After forewarn/v1.
	 * @param {Object} [data] What is sent; without it the request is a GET.
	 * @return {Promise<Object>} The answer.
	 */
	function ask( path, data ) {
		const request = { path: '/forewarn/v1' + path };
		return wp.apiFetch( data ? Object.assign( request, { method: 'POST', data } ) : request );
	}

	/**
	 * A text without what is not seen or may differ: white space, soft hyphens, joiners, pictures (which
	 * rich text has as U+FFFC), and the shortcodes that the server takes out.
	 *
	 * @param {string}  text   Of a block or an editor.
	 * @param {boolean} markup Whether it is HTML: then tags go, too, and entities are read.
	 * @return {Object} `letters`, and `places`: where each of them is in the text.
	 */
	function squeeze( text, markup ) {
		const blank = ( found ) => ' '.repeat( found.length );
		let kept = text;
		if ( markup ) {
			kept = kept.replace( MARKUP, blank ).replace( ENTITY, ( found ) =>
				wp.htmlEntities.decodeEntities( found ).padEnd( found.length ) );
		}
		kept = kept.replace( SHORTCODE, blank );
		const places = [];
		let letters = '';
		for ( let place = 0; place < kept.length; place++ ) {
			if ( ! UNSEEN.test( kept[ place ] ) ) {
				letters += kept[ place ];
				places.push( place );
			}
		}
		return { letters, places };
	}

	/**
	 * Where a passage stands in a text. Of several places it is the one nearest to where the server saw it.
	 *
	 * @param {string}  text    In which to look.
	 * @param {Object}  passage With `quote` and `start`.
	 * @param {boolean} markup  Whether the text is HTML.
	 * @return {Object|null} `start` and `end`; null where it is not there.
	 */
	function find( text, passage, markup = false ) {
		const { letters, places } = squeeze( text, markup );
		const wanted = squeeze( passage.quote, false ).letters;
		let best = null;
		let at = wanted ? letters.indexOf( wanted ) : -1;
		for ( ; at >= 0; at = letters.indexOf( wanted, at + 1 ) ) {
			const start = places[ at ];
			if ( ! best || Math.abs( start - passage.start ) < Math.abs( best.start - passage.start ) ) {
				best = { start, end: places[ at + wanted.length - 1 ] + 1 };
			}
		}
		return best;
	}

	/**
	 * A state for when WordPress itself did not answer.
	 *
	 * @return {Object} As the server would give it.
	 */
	function unreachable() {
		return {
			verdict: 'not_checked',
			because: __( 'WordPress did not answer.', 'forewarn' ),
			again: true,
			result: null,
			unread: [],
			note: null,
		};
	}

	/**
	 * The state with decisions that have just been taken.
	 *
	 * @param {Object} state   Before.
	 * @param {Object} decided `decisions` by subject and id, `note`.
	 * @return {Object} After.
	 */
	function decide( state, decided ) {
		const put = ( kind ) => ( subject ) =>
			Object.assign( {}, subject, {
				decision: decided.decisions[ kind + ':' + subject.id ] || null,
			} );
		const result = state.result && Object.assign( {}, state.result, {
			labels: state.result.labels.map( put( 'label' ) ),
			notes: state.result.notes.map( put( 'note' ) ),
			checks: state.result.checks.map( put( 'check' ) ),
		} );
		return Object.assign( {}, state, { result, note: decided.note } );
	}

	/**
	 * The verdict in a sentence.
	 *
	 * @param {Object} state As the server gives it.
	 * @return {string} For people.
	 */
	function verdict( state ) {
		if ( state.verdict === 'not_checked' ) {
			// translators: %s: why, such as 'the Forewarn server did not answer.'
			return sprintf( __( 'Not checked, because %s', 'forewarn' ), state.because );
		}
		if ( state.verdict === 'clear' ) {
			return __( 'Nothing found.', 'forewarn' );
		}
		const flagged = state.result.labels.filter( ( label ) => label.flagged ).map( grade );
		// translators: %s: a list such as 'Minors (involved), Violence (grave)'.
		return sprintf( __( 'Flagged: %s.', 'forewarn' ), flagged.join( ', ' ) );
	}

	/**
	 * A label with its severity.
	 *
	 * @param {Object} label As in a state.
	 * @return {string} For people.
	 */
	function grade( label ) {
		return label.name + ' (' + label.severities[ label.severity ].toLowerCase() + ')';
	}

	/**
	 * The line that is always there: the verdict, and what to do about it.
	 */
	function Status( { state, busy, onCheck } ) {
		const late = state.verdict === 'not_checked' && state.again;
		return el( 'div', { className: 'forewarn-status is-' + state.verdict, role: 'status' },
			el( 'p', {}, busy ? __( 'Checking …', 'forewarn' ) : verdict( state ), busy && el( Spinner ) ),
			! busy && state.verdict === 'clear' && el( 'p', { className: 'forewarn-small' },
				__( 'That is no proof that nothing is there.', 'forewarn' ) ),
			! busy && late && el( 'p', { className: 'forewarn-small' },
				__( 'You can publish all the same. It will be checked later.', 'forewarn' ) ),
			state.unread.length > 0 && el( 'p', { className: 'forewarn-small' },
				// translators: %s: names of blocks.
				sprintf( __( 'Not read, as their text is made elsewhere: %s.', 'forewarn' ), state.unread.join( ', ' ) ) ),
			! busy && onCheck && el( Button, { variant: 'secondary', onClick: onCheck }, __( 'Check now', 'forewarn' ) )
		);
	}

	/**
	 * Passages, each a button that leads to where it stands.
	 */
	function Passages( { passages, onJump } ) {
		return el( 'ul', { className: 'forewarn-passages' }, passages.map( ( passage, number ) =>
			el( 'li', { key: number },
				el( Button, { variant: 'link', onClick: () => onJump( passage ) }, '“' + passage.quote + '”' )
			)
		) );
	}

	/**
	 * A form for the note's wording.
	 */
	function NoteForm( { text, help, canHelp, onSave, onCancel } ) {
		const [ wording, setWording ] = useState( text );
		const [ lines, setLines ] = useState( help );
		return el( 'div', {},
			el( TextareaControl, {
				label: __( 'Note for readers', 'forewarn' ),
				help: __( 'Short and factual: no method, no name.', 'forewarn' ),
				value: wording,
				maxLength: 500,
				onChange: setWording,
			} ),
			canHelp && el( CheckboxControl, { label: __( 'With help lines', 'forewarn' ), checked: lines, onChange: setLines } ),
			el( 'div', { className: 'forewarn-buttons' },
				el( Button, { variant: 'primary', disabled: ! wording.trim(), onClick: () => onSave( wording.trim(), lines ) }, __( 'Save note', 'forewarn' ) ),
				el( Button, { variant: 'tertiary', onClick: onCancel }, __( 'Cancel', 'forewarn' ) )
			)
		);
	}

	/**
	 * The note: the one that readers see, or the one that is proposed.
	 */
	function Note( { state, onDecide, onNote, onJump } ) {
		const [ form, setForm ] = useState( null );
		const lines = state.result ? state.result.help_lines : [];
		const open = state.result ? state.result.notes.filter( ( note ) => ! note.decision ) : [];
		const rejected = state.result ? state.result.notes.filter( ( note ) => note.decision && note.decision.action === 'reject' ) : [];
		const proposed = state.note ? null : open[ 0 ];
		if ( form ) {
			return el( NoteForm, {
				text: form.text,
				help: form.help,
				canHelp: lines.length > 0 || form.help,
				onCancel: () => setForm( null ),
				onSave: ( text, help ) => {
					setForm( null );
					return form.id ? onDecide( { subject: 'note', id: form.id, action: 'edit', text, help } ) : onNote( text, help );
				},
			} );
		}
		if ( state.note ) {
			const newer = open.find( ( note ) => note.text !== state.note.text );
			return el( 'div', {},
				el( 'p', {}, __( 'Readers see above the article:', 'forewarn' ) ),
				el( 'blockquote', { className: 'forewarn-note-text' }, state.note.text ),
				// translators: %s: a proposed note.
				newer && el( 'p', {}, sprintf( __( 'Now proposed: %s', 'forewarn' ), newer.text ) ),
				el( 'div', { className: 'forewarn-buttons' },
					newer && el( Button, { variant: 'primary', onClick: () => onDecide( { subject: 'note', id: newer.id, action: 'accept', help: lines.length > 0 } ) }, __( 'Accept', 'forewarn' ) ),
					el( Button, { variant: 'secondary', onClick: () => setForm( state.note ) }, __( 'Edit', 'forewarn' ) ),
					el( Button, { variant: 'tertiary', isDestructive: true, onClick: () => onNote( '', false ) }, __( 'Take back', 'forewarn' ) )
				)
			);
		}
		if ( ! proposed ) {
			return el( 'div', {},
				rejected.length > 0 && el( 'p', { className: 'forewarn-small' },
					// translators: %s: name of an editor.
					sprintf( __( '%s rejected the proposed note.', 'forewarn' ), rejected[ 0 ].decision.user ) ),
				el( Button, { variant: 'link', onClick: () => setForm( { id: null, text: '', help: false } ) }, __( 'Write a note', 'forewarn' ) )
			);
		}
		return el( 'div', { className: 'forewarn-proposal' },
			el( 'blockquote', { className: 'forewarn-note-text' }, proposed.text ),
			el( 'p', { className: 'forewarn-small' }, proposed.reason ),
			lines.length > 0 && el( 'ul', { className: 'forewarn-small' }, lines.map( ( line ) =>
				el( 'li', { key: line.name }, line.name + ': ' + line.contact ) ) ),
			el( Passages, { passages: proposed.passages, onJump } ),
			el( 'div', { className: 'forewarn-buttons' },
				el( Button, { variant: 'primary', onClick: () => onDecide( { subject: 'note', id: proposed.id, action: 'accept', help: lines.length > 0 } ) }, __( 'Accept', 'forewarn' ) ),
				el( Button, { variant: 'secondary', onClick: () => setForm( { id: proposed.id, text: proposed.text, help: lines.length > 0 } ) }, __( 'Edit', 'forewarn' ) ),
				el( Button, { variant: 'tertiary', onClick: () => onDecide( { subject: 'note', id: proposed.id, action: 'reject' } ) }, __( 'Reject', 'forewarn' ) )
			)
		);
	}

	/**
	 * What to look at before publishing. What was dealt with is folded to a line.
	 */
	function Checks( { checks, onDecide, onJump } ) {
		return el( 'ul', { className: 'forewarn-checks' }, checks.map( ( check ) => {
			if ( check.decision ) {
				const done = check.decision.action === 'reject'
					// translators: 1: a check. 2: name of an editor.
					? __( '%1$s (not needed, says %2$s)', 'forewarn' )
					// translators: 1: a check. 2: name of an editor.
					: __( '%1$s (done by %2$s)', 'forewarn' );
				return el( 'li', { key: check.id, className: 'is-done' }, sprintf( done, check.text, check.decision.user ) );
			}
			return el( 'li', { key: check.id },
				el( 'p', {}, check.text ),
				el( 'p', { className: 'forewarn-small' }, check.reason ),
				el( Passages, { passages: check.passages, onJump } ),
				el( 'div', { className: 'forewarn-buttons' },
					el( Button, { variant: 'secondary', onClick: () => onDecide( { subject: 'check', id: check.id, action: 'accept' } ) }, __( 'Done', 'forewarn' ) ),
					el( Button, { variant: 'tertiary', onClick: () => onDecide( { subject: 'check', id: check.id, action: 'reject' } ) }, __( 'Not needed', 'forewarn' ) )
				)
			);
		} ) );
	}

	/**
	 * A label with its passages, and a way to say that its severity is another.
	 */
	function Label( { label, onDecide, onJump } ) {
		const [ open, setOpen ] = useState( false );
		const options = label.severities.map( ( name, value ) => ( { label: value + ' ' + name, value: String( value ) } ) );
		const corrected = label.decision && label.severities[ label.decision.severity ];
		return el( 'div', { className: 'forewarn-label' },
			el( 'h4', {}, grade( label ) ),
			el( Passages, { passages: label.passages, onJump } ),
			// translators: 1: name of an editor. 2: name of a severity.
			corrected && el( 'p', { className: 'forewarn-small' }, sprintf( __( '%1$s says: %2$s', 'forewarn' ), label.decision.user, corrected ) ),
			open
				? el( SelectControl, {
					// translators: %s: name of a label.
					label: sprintf( __( '%s is really', 'forewarn' ), label.name ),
					value: String( label.decision ? label.decision.severity : label.severity ),
					options,
					onChange: ( value ) => {
						setOpen( false );
						onDecide( { subject: 'label', id: label.id, action: 'edit', severity: Number( value ) } );
					},
				} )
				: el( Button, { variant: 'link', className: 'forewarn-small', onClick: () => setOpen( true ) },
					// translators: %s: name of a label.
					el( 'span', { className: 'screen-reader-text' }, sprintf( __( '%s: ', 'forewarn' ), label.name ) ),
					__( 'Is that wrong?', 'forewarn' ) )
		);
	}

	/**
	 * What gave the result, and when.
	 */
	function Source( { result } ) {
		const versions = Object.keys( result.versions ).map( ( name ) => name + ' ' + result.versions[ name ] );
		return el( 'details', { className: 'forewarn-small' },
			el( 'summary', {},
				// translators: %s: date and time.
				sprintf( __( 'Checked %s', 'forewarn' ), wp.date.dateI18n( 'j M Y H:i', result.at ) ) ),
			result.present.length > 0 && el( 'p', {}, result.present.join( ', ' ) ),
			el( 'p', {}, versions.join( ', ' ) )
		);
	}

	/**
	 * The whole panel.
	 *
	 * @param {Object}   props
	 * @param {Object}   props.state    As the server gives it.
	 * @param {boolean}  props.busy     Whether it is being checked.
	 * @param {string}   props.problem  What went wrong with a decision, if anything.
	 * @param {Function} props.onCheck  Has it checked.
	 * @param {Function} props.onDecide Takes a decision.
	 * @param {Function} props.onNote   Changes the note: its text (empty takes it back), help lines.
	 * @param {Function} props.onJump   Leads to a passage.
	 */
	function Panel( { state, busy, problem, onCheck, onDecide, onNote, onJump } ) {
		const result = state.result;
		const found = result ? result.labels.filter( ( label ) => label.passages.length > 0 ) : [];
		return el( Fragment, {},
			el( Status, { state, busy, onCheck } ),
			problem && el( 'p', { className: 'forewarn-problem', role: 'alert' }, problem ),
			el( 'h3', {}, __( 'Note for readers', 'forewarn' ) ),
			el( Note, { state, onDecide, onNote, onJump } ),
			result && result.checks.length > 0 && el( 'section', {},
				el( 'h3', {}, __( 'Before publishing', 'forewarn' ) ),
				el( Checks, { checks: result.checks, onDecide, onJump } ) ),
			result && result.actions.length > 0 && el( 'section', {},
				el( 'h3', {}, __( 'House policy', 'forewarn' ) ),
				el( 'ul', { className: 'forewarn-actions' }, result.actions.map( ( action ) =>
					el( 'li', { key: action }, ACTIONS[ action ] || action ) ) ) ),
			found.length > 0 && el( 'section', {},
				el( 'h3', {}, _n( 'Passage', 'Passages', found.length, 'forewarn' ) ),
				found.map( ( label ) => el( Label, { key: label.id, label, onDecide, onJump } ) ) ),
			result && el( Source, { result } )
		);
	}

	window.forewarn = { ask, squeeze, find, unreachable, decide, verdict, Panel, Status };
}( window.wp ) );

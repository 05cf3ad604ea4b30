/**
 * What both editors do: they keep what is known of the post, have its text checked, and send what the
 * editor decides.
 */
( function ( wp, forewarn ) {
	'use strict';

	const { dispatch, select, useSelect } = wp.data;
	const { __ } = wp.i18n;

	// `text` is what `state` is about; `now` is the text as an editor last read it, where that takes long.
	// `waiting`: a check is wanted that could not begin yet.
	const NOTHING = { state: null, text: null, now: null, busy: false, waiting: false, problem: '' };
	const store = wp.data.createReduxStore( 'forewarn', {
		reducer: ( kept = NOTHING, action ) => ( action.type === 'PUT' ? Object.assign( {}, kept, action.change ) : kept ),
		actions: { put: ( change ) => ( { type: 'PUT', change } ) },
		selectors: { known: ( kept ) => kept },
	} );
	wp.data.register( store );
	const known = () => select( 'forewarn' ).known();
	const put = ( change ) => dispatch( 'forewarn' ).put( change );

	/**
	 * Keeps what is known of the post in an editor.
	 *
	 * @param {Object}   editor
	 * @param {Function} editor.postId  Its number.
	 * @param {Function} editor.text    What stands for the text at this moment: an object whose values are
	 *                                  others after every change. It is given what asks a store.
	 * @param {Function} editor.read    `title` and `content`, as they are sent.
	 * @param {Function} editor.isEmpty Whether there is nothing to be checked.
	 * @return {Object} What can be done, and `useKnown` for what is shown.
	 */
	function keep( editor ) {
		/**
		 * Whether the text is still the one that the state is about.
		 *
		 * @param {Function} ask Of the store that is asked.
		 * @return {boolean}
		 */
		function isCurrent( ask = select ) {
			const then = ask( 'forewarn' ).known().text;
			const now = editor.text( ask );
			return then !== null && Object.keys( now ).every( ( name ) => then[ name ] === now[ name ] );
		}

		/**
		 * Has the text checked as it is now. One check at a time; the last text is checked in the end.
		 */
		async function check() {
			if ( known().busy ) {
				put( { waiting: true } );
				return;
			}
			const sent = editor.read();
			const asked = editor.text( select );
			put( { busy: true, waiting: false, problem: '' } );
			let state;
			try {
				state = await forewarn.ask( '/check', Object.assign( { post: editor.postId() }, sent ) );
			} catch ( error ) {
				state = Object.assign( forewarn.unreachable(), { note: known().state ? known().state.note : null } );
			}
			put( { state, text: asked, busy: false } );
			if ( known().waiting && ! isCurrent() ) {
				check();
			}
		}

		/**
		 * Has the text checked unless that was done.
		 */
		function checkIfNeeded() {
			const { state } = known();
			if ( ! editor.isEmpty() && ( ! isCurrent() || ( state.verdict === 'not_checked' && state.again ) ) ) {
				check();
			}
		}

		/**
		 * Shows what is known of the post as it was saved, and has it checked where nothing is.
		 */
		async function open() {
			const asked = editor.text( select );
			let state;
			try {
				state = await forewarn.ask( '/state?post=' + editor.postId() );
			} catch ( error ) {
				state = forewarn.unreachable();
			}
			if ( known().state === null ) {
				put( { state, text: asked } );
			}
			checkIfNeeded();
		}

		/**
		 * Sends a decision and shows what came of it.
		 *
		 * @param {string} path Where to.
		 * @param {Object} data What was decided.
		 */
		async function send( path, data ) {
			put( { problem: '' } );
			try {
				const decided = await forewarn.ask( path, Object.assign( { post: editor.postId() }, data ) );
				put( { state: forewarn.decide( known().state, decided ) } );
			} catch ( error ) {
				put( { problem: error.message || __( 'That could not be stored. Try again.', 'forewarn' ) } );
			}
		}

		const decide = ( decision ) =>
			send( '/decide', Object.assign( { content_hash: known().state.result.content_hash }, decision ) );
		const changeNote = ( wording, help ) => send( '/note', { text: wording, help } );

		/**
		 * What is known, and the state to show. A text that has changed since is not checked, whatever was
		 * found before.
		 *
		 * @return {Object} `state`, `busy`, `problem`.
		 */
		function useKnown() {
			const kept = useSelect( ( ask ) => Object.assign( { current: isCurrent( ask ) }, ask( 'forewarn' ).known() ), [] );
			const { busy, problem } = kept;
			const begin = { because: __( 'the page is still loading.', 'forewarn' ), again: false };
			const changed = { verdict: 'not_checked', because: __( 'it has changed since.', 'forewarn' ), again: true };
			const stale = kept.state && kept.state.result && ! kept.current;
			const state = kept.state
				? Object.assign( {}, kept.state, stale ? changed : {} )
				: Object.assign( forewarn.unreachable(), begin );
			return { state, busy, problem };
		}

		const props = { onCheck: check, onDecide: decide, onNote: changeNote };
		return { open, checkIfNeeded, useKnown, props };
	}

	Object.assign( forewarn, { keep, put } );
}( window.wp, window.forewarn ) );

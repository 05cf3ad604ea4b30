/**
 * Forewarn in the block editor: a sidebar, a pre-publish panel, a line in the document's settings, and
 * the block that says where the note stands. It checks when the post is opened, saved and about to be
 * published. It marks passages with annotations; the content is never changed.
 */
( function ( wp, forewarn ) {
	'use strict';

	const { Fragment, createElement: el, useEffect } = wp.element;
	const { dispatch, select, subscribe, useSelect } = wp.data;
	const { __ } = wp.i18n;
	// Since WordPress 6.6 they are in wp.editor.
	const slots = wp.editor && wp.editor.PluginSidebar ? wp.editor : wp.editPost;
	const SOURCE = 'forewarn'; // of our annotations
	const DRAWING = 100; // milliseconds after which the editor has drawn a mark

	// ---- what is known ----------------------------------------------------------------------------

	const store = wp.data.createReduxStore( 'forewarn', {
		reducer: ( kept = { state: null, text: null, busy: false, problem: '' }, action ) =>
			action.type === 'PUT' ? Object.assign( {}, kept, action.change ) : kept,
		actions: { put: ( change ) => ( { type: 'PUT', change } ) },
		selectors: { known: ( kept ) => kept },
	} );
	wp.data.register( store );
	const known = () => select( 'forewarn' ).known();
	const put = ( change ) => dispatch( 'forewarn' ).put( change );

	/**
	 * What stands for the text at this moment: the title, and the blocks, which are other objects after
	 * every change. To serialise them with every key stroke would be slow.
	 *
	 * @param {Function} ask Of the store that is asked.
	 * @return {Object} `title`, `blocks`.
	 */
	function text( ask = select ) {
		return { title: ask( 'core/editor' ).getEditedPostAttribute( 'title' ), blocks: ask( 'core/block-editor' ).getBlocks() };
	}

	/**
	 * Whether the text is still the one that the state is about.
	 *
	 * @param {Function} ask Of the store that is asked.
	 * @return {boolean}
	 */
	function isCurrent( ask = select ) {
		const then = ask( 'forewarn' ).known().text;
		const now = text( ask );
		return then !== null && then.title === now.title && then.blocks === now.blocks;
	}

	/**
	 * Has the text checked as it is now. One check at a time; the last text is checked in the end.
	 */
	async function check() {
		if ( known().busy ) {
			return;
		}
		const asked = text();
		put( { busy: true, problem: '' } );
		let state;
		try {
			state = await forewarn.ask( '/check', {
				post: select( 'core/editor' ).getCurrentPostId(),
				title: asked.title || '',
				content: select( 'core/editor' ).getEditedPostContent(),
			} );
		} catch ( error ) {
			state = Object.assign( forewarn.unreachable(), { note: known().state ? known().state.note : null } );
		}
		put( { state, text: asked, busy: false } );
	}

	/**
	 * Has the text checked unless that was done.
	 */
	function checkIfNeeded() {
		const { state } = known();
		const empty = select( 'core/block-editor' ).getBlockCount() === 0;
		if ( ! empty && ( ! isCurrent() || ( state.verdict === 'not_checked' && state.again ) ) ) {
			check();
		}
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
			const decided = await forewarn.ask( path, Object.assign( { post: select( 'core/editor' ).getCurrentPostId() }, data ) );
			put( { state: forewarn.decide( known().state, decided ) } );
		} catch ( error ) {
			put( { problem: error.message || __( 'That could not be stored. Try again.', 'forewarn' ) } );
		}
	}

	const decide = ( decision ) =>
		send( '/decide', Object.assign( { content_hash: known().state.result.content_hash }, decision ) );
	const changeNote = ( wording, help ) => send( '/note', { text: wording, help } );

	// ---- passages ---------------------------------------------------------------------------------

	/**
	 * Blocks by their path, counted as the server counts: without blank text between blocks.
	 *
	 * @return {Object} Client ids by path, in reading order.
	 */
	function blocksByPath() {
		const blocks = select( 'core/block-editor' );
		const found = {};
		const read = ( root, prefix ) => {
			let place = 0;
			blocks.getBlockOrder( root ).forEach( ( id ) => {
				const blank = blocks.getBlockName( id ) === 'core/freeform' && ! ( blocks.getBlockAttributes( id ).content || '' ).trim();
				if ( ! blank ) {
					const path = prefix + place++;
					found[ path ] = id;
					read( id, path + '/' );
				}
			} );
		};
		read( '', '' );
		return found;
	}

	/**
	 * The blocks in which to look for a passage: its own and those in it first, then all others, as
	 * blocks may have been moved since.
	 *
	 * @param {string} path Of the passage's block.
	 * @return {string[]} Client ids.
	 */
	function candidates( path ) {
		const paths = blocksByPath();
		let nearest = path;
		while ( nearest && ! paths[ nearest ] ) {
			nearest = nearest.split( '/' ).slice( 0, -1 ).join( '/' );
		}
		const inside = ( other ) => other === nearest || other.startsWith( nearest + '/' );
		const all = Object.keys( paths );
		return all.filter( inside ).concat( all.filter( ( other ) => ! inside( other ) ) ).map( ( other ) => paths[ other ] );
	}

	/**
	 * Where a passage stands in a block.
	 *
	 * @param {string} id      Client id of the block.
	 * @param {Object} passage With `quote` and `start`.
	 * @return {Object|null} `attribute`, and `start` and `end` in its rich text; null where it does not.
	 */
	function findIn( id, passage ) {
		const blocks = select( 'core/block-editor' );
		const type = wp.blocks.getBlockType( blocks.getBlockName( id ) );
		const attributes = blocks.getBlockAttributes( id );
		for ( const attribute of Object.keys( attributes ) ) {
			const html = strings( attributes[ attribute ] ).join( '\n' );
			// Only an attribute that is one rich text can be annotated; others are HTML, or many.
			const rich = [ 'html', 'rich-text' ].includes( type.attributes[ attribute ].source );
			const place = rich
				? forewarn.find( wp.richText.create( { html } ).text, passage )
				: forewarn.find( html, passage, true );
			if ( place ) {
				return Object.assign( { attribute: rich ? attribute : null }, place );
			}
		}
		return null;
	}

	/**
	 * All strings in an attribute: one, or those of a table's cells.
	 *
	 * @param {*} value Of the attribute.
	 * @return {string[]} HTML.
	 */
	function strings( value ) {
		if ( typeof value === 'string' ) {
			return [ value ];
		}
		if ( ! value || typeof value !== 'object' ) {
			return [];
		}
		if ( typeof value.toHTMLString === 'function' ) {
			return [ value.toHTMLString() ]; // rich text since WordPress 6.5
		}
		return Object.values( value ).flatMap( strings );
	}

	/**
	 * An element of the editor's content, which may be in a frame.
	 *
	 * @param {string} selector CSS.
	 * @return {Element|null}
	 */
	function inCanvas( selector ) {
		const frame = document.querySelector( 'iframe[name="editor-canvas"]' );
		return ( frame && frame.contentDocument.querySelector( selector ) ) || document.querySelector( selector );
	}

	/**
	 * Leads to a passage and marks it.
	 *
	 * @param {Object} passage With `title`, `path`, `start`, `quote`.
	 */
	function jump( passage ) {
		const annotations = dispatch( 'core/annotations' );
		annotations.__experimentalRemoveAnnotationsBySource( SOURCE );
		if ( passage.title ) {
			const title = inCanvas( '.editor-post-title__input' );
			title.focus();
			title.scrollIntoView( { block: 'center' } );
			return;
		}
		for ( const id of candidates( passage.path ) ) {
			const place = findIn( id, passage );
			if ( place ) {
				mark( id, place );
				return;
			}
		}
		dispatch( 'core/notices' ).createInfoNotice( __( 'This passage is no longer there.', 'forewarn' ), { type: 'snackbar' } );
	}

	/**
	 * Marks a passage, selects its block and brings it into sight. Some rich texts have no name by which
	 * they could be annotated, and some blocks have none: these are marked as a whole.
	 *
	 * @param {string} id    Client id of the block.
	 * @param {Object} place Where the passage stands in it.
	 */
	function mark( id, place ) {
		const annotate = ( where ) => dispatch( 'core/annotations' ).__experimentalAddAnnotation(
			Object.assign( { source: SOURCE, blockClientId: id }, where ) );
		const block = '[data-block="' + id + '"]';
		if ( place.attribute ) {
			annotate( { selector: 'range', richTextIdentifier: place.attribute, range: { start: place.start, end: place.end } } );
		}
		dispatch( 'core/block-editor' ).selectBlock( id );
		// Once it is drawn.
		window.setTimeout( () => {
			if ( ! inCanvas( block + ' mark.annotation-text-' + SOURCE ) ) {
				annotate( { selector: 'block' } );
			}
			const drawn = inCanvas( block );
			if ( drawn ) {
				drawn.scrollIntoView( { block: 'center' } );
			}
		}, DRAWING );
	}

	// ---- panels -----------------------------------------------------------------------------------

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

	function Whole() {
		const { state, busy, problem } = useKnown();
		const props = { state, busy, problem, onCheck: check, onDecide: decide, onNote: changeNote, onJump: jump };
		return el( 'div', { className: 'forewarn-panel' }, el( forewarn.Panel, props ) );
	}

	function BeforePublishing() {
		useEffect( checkIfNeeded, [] );
		return el( Whole );
	}

	function Line() {
		const { state, busy } = useKnown();
		return el( 'span', { className: 'forewarn-line is-' + state.verdict },
			__( 'Forewarn', 'forewarn' ) + ': ' + ( busy ? __( 'Checking …', 'forewarn' ) : forewarn.verdict( state ) ) );
	}

	function Everywhere() {
		return el( Fragment, {},
			el( slots.PluginSidebarMoreMenuItem, { target: 'forewarn', icon: 'flag' }, __( 'Forewarn', 'forewarn' ) ),
			el( slots.PluginSidebar, { name: 'forewarn', title: __( 'Forewarn', 'forewarn' ), icon: 'flag' }, el( Whole ) ),
			el( slots.PluginPostStatusInfo, { className: 'forewarn-info' }, el( Line ) ),
			el( slots.PluginPrePublishPanel, { title: __( 'Forewarn', 'forewarn' ), icon: 'flag', initialOpen: true }, el( BeforePublishing ) ),
			el( slots.PluginPostPublishPanel, { title: __( 'Forewarn', 'forewarn' ), icon: 'flag', initialOpen: true }, el( Line ) )
		);
	}

	function NoteBlock() {
		const { note } = useKnown().state;
		return el( 'div', wp.blockEditor.useBlockProps( { className: 'forewarn-note' } ),
			note ? note.text : __( 'Here stands the note on content, once you accept one.', 'forewarn' ) );
	}

	// ---- begin ------------------------------------------------------------------------------------

	wp.plugins.registerPlugin( 'forewarn', { render: Everywhere } );
	wp.blocks.registerBlockType( 'forewarn/note', { edit: NoteBlock, save: () => null } );

	let opened = false;
	let saving = false;
	subscribe( () => {
		const editor = select( 'core/editor' );
		if ( ! opened && editor.getCurrentPostId() && editor.__unstableIsEditorReady() ) {
			opened = true;
			open();
		}
		const was = saving;
		saving = editor.isSavingPost() || editor.isAutosavingPost();
		if ( was && ! saving && opened ) {
			checkIfNeeded();
		}
	} );

	/**
	 * Shows what is known of the post as it was saved, and has it checked where nothing is.
	 */
	async function open() {
		const asked = text();
		let state;
		try {
			state = await forewarn.ask( '/state?post=' + select( 'core/editor' ).getCurrentPostId() );
		} catch ( error ) {
			state = forewarn.unreachable();
		}
		if ( known().state === null ) {
			put( { state, text: asked } );
		}
		checkIfNeeded();
	}
}( window.wp, window.forewarn ) );

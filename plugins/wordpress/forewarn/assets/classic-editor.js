/**
 * Forewarn in the classic editor: the same panel in a box. It checks when the post is opened and after
 * every autosave. It selects passages; the content is never changed.
 */
( function ( wp, forewarn, $ ) {
	'use strict';

	const { createElement: el, useEffect, useState } = wp.element;
	const { __ } = wp.i18n;
	const box = document.getElementById( 'forewarn-box' );
	const post = Number( box.dataset.post );

	/**
	 * The text as it is now.
	 *
	 * @return {Object} `title`, `content`.
	 */
	function text() {
		const editor = wp.oldEditor || wp.editor;
		return { title: $( '#title' ).val() || '', content: editor.getContent( 'content' ) || '' };
	}

	/**
	 * The visual editor, where it is in use.
	 *
	 * @return {Object|null} TinyMCE's editor.
	 */
	function visual() {
		const editor = window.tinymce && window.tinymce.get( 'content' );
		return editor && ! editor.isHidden() ? editor : null;
	}

	/**
	 * Selects a passage in the visual editor.
	 *
	 * @param {Object} editor  TinyMCE's editor.
	 * @param {Object} passage With `quote`, `start`.
	 * @return {boolean} Whether it is there.
	 */
	function selectVisual( editor, passage ) {
		const walker = editor.getDoc().createTreeWalker( editor.getBody(), NodeFilter.SHOW_TEXT );
		const nodes = [];
		let whole = '';
		while ( walker.nextNode() ) {
			nodes.push( { node: walker.currentNode, begin: whole.length } );
			whole += walker.currentNode.data;
		}
		const place = forewarn.find( whole, passage );
		if ( ! place ) {
			return false;
		}
		const range = editor.getDoc().createRange();
		const at = ( offset ) => nodes.filter( ( one ) => one.begin <= offset ).pop();
		const first = at( place.start );
		const last = at( place.end - 1 );
		range.setStart( first.node, place.start - first.begin );
		range.setEnd( last.node, place.end - last.begin );
		editor.focus();
		editor.selection.setRng( range );
		first.node.parentElement.scrollIntoView( { block: 'center' } );
		return true;
	}

	/**
	 * Selects a passage in the text editor, whatever markup is between its words.
	 *
	 * @param {Object} passage With `quote`, `start`.
	 * @return {boolean} Whether it is there.
	 */
	function selectSource( passage ) {
		const area = document.getElementById( 'content' );
		const place = forewarn.find( area.value, passage, true );
		if ( place ) {
			area.focus();
			area.setSelectionRange( place.start, place.end );
		}
		return place !== null;
	}

	/**
	 * Leads to a passage.
	 *
	 * @param {Object} passage With `title`, `quote`, `start`.
	 * @return {boolean} Whether it is there.
	 */
	function jump( passage ) {
		if ( passage.title ) {
			$( '#title' ).trigger( 'focus' );
			return true;
		}
		const editor = visual();
		return editor ? selectVisual( editor, passage ) : selectSource( passage );
	}

	function Box() {
		const [ kept, setKept ] = useState( { state: null, busy: false, problem: '' } );
		const put = ( change ) => setKept( ( before ) => Object.assign( {}, before, change ) );

		const check = async () => {
			put( { busy: true, problem: '' } );
			let state;
			try {
				state = await forewarn.ask( '/check', Object.assign( { post }, text() ) );
			} catch ( error ) {
				state = forewarn.unreachable();
			}
			put( { state, busy: false } );
		};
		const send = async ( path, data ) => {
			put( { problem: '' } );
			try {
				const decided = await forewarn.ask( path, Object.assign( { post }, data ) );
				setKept( ( before ) => Object.assign( {}, before, { state: forewarn.decide( before.state, decided ) } ) );
			} catch ( error ) {
				put( { problem: error.message || __( 'That could not be stored. Try again.', 'forewarn' ) } );
			}
		};
		useEffect( () => {
			const open = async () => {
				let state;
				try {
					state = await forewarn.ask( '/state?post=' + post );
				} catch ( error ) {
					state = forewarn.unreachable();
				}
				put( { state } );
				if ( state.verdict === 'not_checked' && state.again && text().content ) {
					check();
				}
			};
			open();
			$( document ).on( 'after-autosave.forewarn', check );
			return () => $( document ).off( '.forewarn' );
		}, [] );

		if ( ! kept.state ) {
			return __( 'Not checked, because the page is still loading.', 'forewarn' );
		}
		return el( forewarn.Panel, {
			state: kept.state,
			busy: kept.busy,
			problem: kept.problem,
			onCheck: check,
			onDecide: ( decision ) => send( '/decide', Object.assign( { content_hash: kept.state.result.content_hash }, decision ) ),
			onNote: ( wording, help ) => send( '/note', { text: wording, help } ),
			onJump: ( passage ) => jump( passage ) || put( { problem: __( 'This passage is no longer there.', 'forewarn' ) } ),
		} );
	}

	if ( wp.element.createRoot ) {
		wp.element.createRoot( box ).render( el( Box ) );
	} else {
		wp.element.render( el( Box ), box );
	}
}( window.wp, window.forewarn, window.jQuery ) );

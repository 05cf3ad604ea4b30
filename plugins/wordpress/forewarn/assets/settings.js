/**
 * Tries the connection to the Forewarn server and says in words what came of it.
 */
( function ( wp ) {
	'use strict';

	const { __ } = wp.i18n;
	const button = document.getElementById( 'forewarn-test' );
	const list = document.getElementById( 'forewarn-tested' );

	/**
	 * Adds a line.
	 *
	 * @param {boolean} good     Whether it worked.
	 * @param {string}  sentence What came of it.
	 */
	function tell( good, sentence ) {
		const line = document.createElement( 'li' );
		line.textContent = ( good ? '✓ ' : '✗ ' ) + sentence;
		list.append( line );
	}

	button.addEventListener( 'click', async () => {
		button.disabled = true;
		list.textContent = '';
		try {
			const steps = await wp.apiFetch( { path: '/forewarn/v1/test', method: 'POST' } );
			steps.forEach( ( step ) => tell( step.good, step.sentence ) );
		} catch ( error ) {
			tell( false, error.message || __( 'WordPress did not answer.', 'forewarn' ) );
		}
		button.disabled = false;
	} );
	button.disabled = false; // Before, a click would have been lost.
}( window.wp ) );

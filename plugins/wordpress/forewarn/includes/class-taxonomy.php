<?php
/**
 * Names of what Forewarn looks for.
 *
 * @package Forewarn
 */

namespace Forewarn;

/**
 * The taxonomy as the server has it, kept until an answer names another version.
 */
final class Taxonomy {

	const OPTION = 'forewarn_taxonomy';

	/**
	 * Fetches the taxonomy, unless this version is there already.
	 *
	 * @param string $version Version that an answer named.
	 */
	public static function follow( $version ) {
		if ( self::kept()['version'] === $version ) {
			return;
		}
		$answer = Client::ask( '/v1/taxonomy' );
		if ( is_wp_error( $answer ) || 200 !== $answer['status'] || ! isset( $answer['body']['labels'] ) ) {
			return; // Ids stand in for names until the next time.
		}
		$labels = array();
		$names  = array();
		foreach ( $answer['body']['labels'] as $label ) {
			$labels[ $label['id'] ] = array(
				'name'       => $label['name'],
				'severities' => wp_list_pluck( $label['severities'], 'name', 'level' ),
			);
		}
		foreach ( array( 'sub_labels', 'details' ) as $kind ) {
			$names += wp_list_pluck( $answer['body'][ $kind ], 'name', 'id' );
		}
		update_option( self::OPTION, compact( 'version', 'labels', 'names' ), false );
	}

	/**
	 * The name of a label, for people.
	 *
	 * @param string $label Its id.
	 * @return string
	 */
	public static function label( $label ) {
		$labels = self::kept()['labels'];
		return isset( $labels[ $label ] ) ? $labels[ $label ]['name'] : $label;
	}

	/**
	 * The names of a label's severities.
	 *
	 * @param string $label Its id.
	 * @return string[] By severity, 0 to 3.
	 */
	public static function severities( $label ) {
		$labels = self::kept()['labels'];
		return isset( $labels[ $label ] ) ? $labels[ $label ]['severities'] : array( '0', '1', '2', '3' );
	}

	/**
	 * The name of a sub-label or a detail.
	 *
	 * @param string $id Its id.
	 * @return string
	 */
	public static function name( $id ) {
		$names = self::kept()['names'];
		return isset( $names[ $id ] ) ? $names[ $id ] : $id;
	}

	/**
	 * What is kept.
	 *
	 * @return array
	 */
	private static function kept() {
		$nothing = array(
			'version' => '',
			'labels'  => array(),
			'names'   => array(),
		);
		return array_merge( $nothing, (array) get_option( self::OPTION, array() ) );
	}
}

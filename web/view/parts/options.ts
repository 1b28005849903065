/** The styles of options, which come with what shows them first. */
import styles from "../../styles/options.css?inline";
import { adoptStyles } from "./adopt-styles.ts";

adoptStyles(styles);

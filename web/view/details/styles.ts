/** The styles of the details and of profiles, which come with their script. */
import styles from "../../styles/details.css?inline";
import pinsAndFiles from "../../styles/pins-files.css?inline";
import profile from "../../styles/profile.css?inline";
import { adoptStyles } from "../parts/adopt-styles.ts";

adoptStyles(styles);
adoptStyles(pinsAndFiles);
adoptStyles(profile);
